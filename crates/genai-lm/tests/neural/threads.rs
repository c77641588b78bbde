//! The number of threads moves no bit.

use genai_lm::neural::{Scoring, Strategy};

use crate::fixture::{model, score};

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let text = "Nobody has lived in the lighthouse since 2017. ".repeat(20);
    for name in ["gpt2", "llama", "mistral", "qwen3"] {
        let scoring =
            Scoring { strategy: Strategy::Strided(9), context: Some(24), ..Scoring::default() };
        let model = model(name, scoring);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let log_probs = pool.install(|| score(&model, &text));
            log_probs.into_iter().map(|log_prob| log_prob.map(f64::to_bits)).collect::<Vec<_>>()
        };
        let one = with(1);
        assert!(one.len() > 100);
        assert_eq!(one, with(2), "{name}");
        assert_eq!(one, with(7), "{name}");
        let scored = one.iter().flatten().count() as u64;
        assert_eq!(model.tokens_scored(), 3 * scored, "{name}");
    }
}
