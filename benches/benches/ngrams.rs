//! Segments a second through the n-gram table alone: ids in, matches out.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_eval_benches::{Corpus, Script};
use genai_metrics::kernel::NgramTable;
use genai_metrics::text::{TokenId, Vocabulary};
use genai_metrics::{Tokenizer, Tokens};

/// A segment as the table sees it.
struct Ids {
    distinct: usize,
    references: Vec<Vec<TokenId>>,
    hypothesis: Vec<TokenId>,
}

/// Segments whose references are the corpus's own and the next ones in it, which share its
/// common words and little else.
fn segments(corpus: &Corpus, references: usize) -> Result<Vec<Ids>, genai_metrics::Error> {
    let tokenizer = Tokenizer::default();
    let (mut tokens, mut vocabulary) = (Tokens::default(), Vocabulary::default());
    let mut segments = Vec::new();
    for (i, hypothesis) in corpus.hypotheses.iter().enumerate() {
        vocabulary.clear();
        let mut ids = Ids { distinct: 0, references: Vec::new(), hypothesis: Vec::new() };
        for reference in corpus.references.iter().cycle().skip(i).take(references) {
            let mut of_reference = Vec::new();
            tokens.cut(&tokenizer, reference)?;
            vocabulary.intern(&tokens, &mut of_reference);
            ids.references.push(of_reference);
        }
        ids.distinct = vocabulary.len();
        tokens.cut(&tokenizer, hypothesis)?;
        vocabulary.look_up(&tokens, &mut ids.hypothesis);
        segments.push(ids);
    }
    Ok(segments)
}

fn main() -> Result<(), genai_metrics::Error> {
    let mut criterion = Criterion::default().configure_from_args();
    let corpus = Corpus::generate(Script::Latin, 1000, 1);
    let mut group = criterion.benchmark_group("ngrams");
    group.throughput(Throughput::Elements(corpus.hypotheses.len() as u64));
    for (references, order) in [(1, 4), (4, 4), (1, 9)] {
        let segments = segments(&corpus, references)?;
        let id = BenchmarkId::from_parameter(format!("{references} references, order {order}"));
        group.bench_with_input(id, &segments, |bencher, segments| {
            let mut table = NgramTable::default();
            bencher.iter(|| {
                let mut matches = vec![0; order];
                for Ids { distinct, references, hypothesis } in segments {
                    table.reset(order, *distinct, references.iter().map(Vec::len).sum());
                    for reference in references {
                        table.add_reference(black_box(reference));
                    }
                    table.count_matches(black_box(hypothesis), &mut matches);
                }
                matches
            });
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
