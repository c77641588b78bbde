//! Neural models beside transformers: `fixtures/make_neural.py` wrote the models and the gold values.

#![cfg_attr(feature = "neural", expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[cfg(not(feature = "neural"))]
#[test]
fn without_the_feature() {
    println!("SKIPPED: neural models are compared by `cargo test -p genai-lm --features neural`");
}

#[cfg(feature = "neural")]
mod fixture;
#[cfg(feature = "neural")]
mod parity;
#[cfg(feature = "neural")]
mod refusals;
#[cfg(feature = "neural")]
mod threads;
#[cfg(feature = "neural")]
mod windows;
