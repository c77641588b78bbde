//! Bytes a second through each scheme, in each script, and through ROUGE's stemmers.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_eval_benches::{Corpus, Script};
use genai_metrics::text::{Scheme, Stemmer};
use genai_metrics::{Tokenizer, Tokens};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for script in Script::ALL {
        let texts = Corpus::generate(script, 1000, 1).references;
        let mut group = criterion.benchmark_group(format!("tokenizers/{}", script.name()));
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        let plain = Scheme::ALL.iter().map(|scheme| {
            (scheme.to_string(), Tokenizer { scheme: scheme.clone(), ..Tokenizer::default() })
        });
        // Folding costs every scheme the same, but for `rouge`, which always folds.
        let folding = Tokenizer { lowercase: true, ..Tokenizer::default() };
        let stemming = [Stemmer::Nltk, Stemmer::Rouge155].map(|stemmer| {
            let tokenizer = Tokenizer { scheme: Scheme::Rouge, stemmer, ..Tokenizer::default() };
            (format!("rouge+{stemmer}"), tokenizer)
        });
        for (name, tokenizer) in
            plain.chain([("13a+lowercase".to_owned(), folding)]).chain(stemming)
        {
            group.bench_with_input(BenchmarkId::from_parameter(name), &texts, |bencher, texts| {
                let mut tokens = Tokens::default();
                bencher.iter(|| {
                    for text in texts {
                        // A text of this length is never refused.
                        let _ = tokens.cut(&tokenizer, black_box(text));
                        black_box(tokens.len());
                    }
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
