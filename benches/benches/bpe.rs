//! Bytes a second of encoding, counting and decoding, on one thread.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_bpe::Tokenizer;
use genai_eval_benches::Kind;

fn main() -> anyhow::Result<()> {
    let tokenizer = Tokenizer::builtin("cl100k_base")?;
    let forgetful = Tokenizer::builtin("cl100k_base")?.with_cache_size(0);
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("bpe");
    for kind in Kind::ALL {
        let text = kind.text(200_000, 1);
        let ids = tokenizer.encode(&text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let id = |what| BenchmarkId::new(what, kind.name());
        group.bench_function(id("encode, whole"), |bencher| {
            let mut encoder = tokenizer.encoder();
            let mut ids = Vec::new();
            bencher.iter(|| {
                ids.clear();
                encoder.encode_into(black_box(&text), &mut ids);
                ids.len()
            });
        });
        group.bench_function(id("encode, by line"), |bencher| {
            let mut encoder = tokenizer.encoder();
            let mut ids = Vec::new();
            bencher.iter(|| {
                ids.clear();
                text.lines().for_each(|line| encoder.encode_into(black_box(line), &mut ids));
                ids.len()
            });
        });
        group.bench_function(id("encode, nothing remembered"), |bencher| {
            let mut ids = Vec::new();
            bencher.iter(|| {
                ids.clear();
                forgetful.encoder().encode_into(black_box(&text), &mut ids);
                ids.len()
            });
        });
        group.bench_function(id("count"), |bencher| {
            let mut encoder = tokenizer.encoder();
            bencher.iter(|| encoder.count(black_box(&text)));
        });
        group.bench_function(id("decode"), |bencher| {
            bencher.iter(|| tokenizer.decode(black_box(&ids)));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
