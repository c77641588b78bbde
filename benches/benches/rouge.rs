//! Documents a second through each type of ROUGE, from texts to a score, on one thread.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_eval_benches::Corpus;
use genai_metrics::text::Stemmer;
use genai_metrics::{Evaluate, Rouge, RougeType};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let corpus = Corpus::documents(200, 1);
    for stemmer in [Stemmer::None, Stemmer::Nltk] {
        let mut group = criterion.benchmark_group(format!("rouge, stemmer {stemmer}"));
        group.throughput(Throughput::Elements(corpus.references.len() as u64));
        for kind in RougeType::NAMES.iter().filter_map(|name| RougeType::named(name, 1.2, None)) {
            let mut rouge = Rouge::new(kind);
            rouge.tokenizer.stemmer = stemmer;
            group.bench_function(BenchmarkId::from_parameter(kind.name()), |bencher| {
                bencher.iter(|| {
                    let texts = corpus.hypotheses.iter().zip(&corpus.references);
                    rouge.pairs(texts.map(|(h, r)| (h.as_str(), r.as_str()))).map(black_box)
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
