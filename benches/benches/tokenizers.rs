//! Bytes a second through each scheme, in each script.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_eval_benches::{Corpus, Script};
use genai_metrics::text::Scheme;
use genai_metrics::{Tokenizer, Tokens};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for script in Script::ALL {
        let texts = Corpus::generate(script, 1000, 1).references;
        let mut group = criterion.benchmark_group(format!("tokenizers/{}", script.name()));
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        for (lowercase, folding) in [(false, ""), (true, "+lowercase")] {
            for &scheme in Scheme::ALL {
                // Folding costs every scheme the same.
                if lowercase && scheme != Scheme::V13a {
                    continue;
                }
                let tokenizer = Tokenizer { scheme, lowercase, ..Tokenizer::default() };
                let id = BenchmarkId::from_parameter(format!("{scheme}{folding}"));
                group.bench_with_input(id, &texts, |bencher, texts| {
                    let mut tokens = Tokens::default();
                    bencher.iter(|| {
                        for text in texts {
                            // A text of this length is never refused.
                            let _ = tokens.cut(tokenizer, black_box(text));
                            black_box(tokens.len());
                        }
                    });
                });
            }
        }
        group.finish();
    }
    criterion.final_summary();
}
