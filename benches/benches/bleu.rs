//! Segments a second through the whole of BLEU, from texts to a score, on one thread.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_eval_benches::{Corpus, Script};
use genai_metrics::{Bleu, Evaluate, Segment, Tokenizer};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("bleu");
    for script in Script::ALL {
        let corpus = Corpus::generate(script, 1000, 1);
        let tokenizer =
            Tokenizer { scheme: script.scheme(), lowercase: false, ..Tokenizer::default() };
        let bleu = Bleu { tokenizer, ..Bleu::default() };
        let references: Vec<_> = corpus.references.iter().map(|r| [Some(r.as_str())]).collect();
        group.throughput(Throughput::Elements(references.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(script.name()), |bencher| {
            bencher.iter(|| {
                let segments = corpus.hypotheses.iter().zip(&references);
                bleu.corpus(
                    segments.map(|(hypothesis, references)| Segment { hypothesis, references }),
                )
                .map(|score| black_box(score.value))
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
