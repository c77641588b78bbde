//! Modified interpolated Kneser-Ney models over n-grams, as `KenLM` trains, stores and queries them.
