//! Rotary positions (Su et al. 2021) and the ways of stretching them that transformers knows.

use std::f64::consts::PI;

use serde_json::Value;

use super::error::Error;
use super::keys::Keys;

/// Which frequencies the coordinates of a head turn with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rope {
    /// Of each pair of coordinates, in radians a position.
    frequencies: Vec<f32>,
    /// What cosines and sines are multiplied by.
    scale: f32,
}

/// Cosines and sines of positions, a row each.
#[derive(Debug)]
pub(super) struct Turns {
    pairs: usize,
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

const TYPES: &str = "default, linear, llama3 or yarn";

impl Rope {
    /// Reads `rope_parameters` of transformers 5, or `rope_theta` and `rope_scaling` of version 4.
    pub(super) fn read(
        config: Keys<'_>,
        default_theta: f64,
        head_size: usize,
    ) -> Result<Self, Error> {
        if !head_size.is_multiple_of(2) {
            return Err(Error::refused("head_dim", head_size.to_string(), "an even number"));
        }
        let new = config.object("rope_parameters")?;
        let old = config.object("rope_scaling")?;
        if new.is_some() && old.is_some() {
            return Err(config.refuse("rope_scaling", "none beside rope_parameters"));
        }
        let outer = config.number("rope_theta")?;
        let Some(rope) = new.or(old) else {
            return Ok(Self::new(frequencies(outer.unwrap_or(default_theta), head_size), 1.0));
        };
        let inner = rope.number("rope_theta")?;
        #[expect(clippy::float_cmp, reason = "two spellings of one number")]
        if let (Some(outer), Some(inner)) = (outer, inner)
            && outer != inner
        {
            return Err(config.refuse("rope_theta", format!("{inner}, as in rope_parameters")));
        }
        let theta = inner.or(outer).unwrap_or(default_theta);
        let kind = match (rope.text("rope_type")?, rope.text("type")?) {
            (Some(kind), Some(other)) if kind != other => {
                return Err(rope.refuse("type", format!("{kind:?}, as rope_type")));
            }
            (Some(kind), _) | (None, Some(kind)) => kind,
            (None, None) => "default",
        };
        let plain = frequencies(theta, head_size);
        match kind {
            "default" => {
                // Some files of version 4 have leftovers there, which do nothing.
                only(rope, &["factor"])?;
                Ok(Self::new(plain, 1.0))
            }
            "linear" => {
                only(rope, &["factor"])?;
                let factor = rope.needed_number("factor")?;
                Ok(Self::new(plain.into_iter().map(|frequency| frequency / factor), 1.0))
            }
            "llama3" => llama3(rope, plain),
            "yarn" => yarn(rope, plain, theta, head_size),
            _ => {
                let key = if rope.has("rope_type") { "rope_type" } else { "type" };
                Err(rope.refuse(key, TYPES))
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "torch holds the frequencies in this precision"
    )]
    fn new(frequencies: impl IntoIterator<Item = f64>, scale: f64) -> Self {
        let frequencies = frequencies.into_iter().map(|frequency| frequency as f32).collect();
        Self { frequencies, scale: scale as f32 }
    }

    /// Those of the positions from 0 on.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "angles are rounded as torch rounds them: far from the start that is more than an error in the last place"
    )]
    pub(super) fn turns(&self, positions: usize) -> Turns {
        let pairs = self.frequencies.len();
        let mut turns = Turns { pairs, cosines: Vec::new(), sines: Vec::new() };
        turns.cosines.reserve_exact(positions * pairs);
        turns.sines.reserve_exact(positions * pairs);
        for position in 0..positions {
            for frequency in &self.frequencies {
                let (sine, cosine) = f64::from(position as f32 * frequency).sin_cos();
                turns.cosines.push(cosine as f32 * self.scale);
                turns.sines.push(sine as f32 * self.scale);
            }
        }
        turns
    }
}

impl Turns {
    /// Turns one head at a position: coordinate `i` with coordinate `i + size / 2`.
    pub(super) fn apply(&self, position: usize, head: &mut [f32]) {
        let row = position * self.pairs..(position + 1) * self.pairs;
        let (first, second) = head.split_at_mut(self.pairs);
        let places = self.cosines[row.clone()].iter().zip(&self.sines[row]);
        for ((a, b), (cosine, sine)) in first.iter_mut().zip(second).zip(places) {
            (*a, *b) = (*a * cosine - *b * sine, *b * cosine + *a * sine);
        }
    }
}

/// `theta` to the power of minus each pair's place in the head.
fn frequencies(theta: f64, head_size: usize) -> Vec<f64> {
    let place = |pair: usize| (2 * pair) as f64 / head_size as f64;
    (0..head_size / 2).map(|pair| theta.powf(-place(pair))).collect()
}

/// A key that is not known may change what the others mean.
fn only(rope: Keys<'_>, known: &[&str]) -> Result<(), Error> {
    if let Some(factor) = rope.get("partial_rotary_factor").and_then(Value::as_f64)
        && (factor - 1.0).abs() > f64::EPSILON
    {
        return Err(rope.refuse("partial_rotary_factor", "1"));
    }
    let always = ["rope_type", "type", "rope_theta", "partial_rotary_factor"];
    let unknown = rope
        .names()
        .find(|name| !always.contains(name) && !known.contains(name) && rope.get(name).is_some());
    match unknown {
        Some(name) => Err(rope.refuse(
            name,
            format!(
                "no such key, for its meaning is not known here; known are {}",
                known.join(", ")
            ),
        )),
        None => Ok(()),
    }
}

/// Llama 3.1's: long waves are stretched, short ones left, those between a mixture.
fn llama3(rope: Keys<'_>, plain: Vec<f64>) -> Result<Rope, Error> {
    only(
        rope,
        &["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
    )?;
    let factor = rope.needed_number("factor")?;
    let low = rope.needed_number("low_freq_factor")?;
    let high = rope.needed_number("high_freq_factor")?;
    let context = rope.needed_size("original_max_position_embeddings")? as f64;
    if high <= low {
        return Err(rope.refuse("high_freq_factor", "more than low_freq_factor"));
    }
    let stretched = plain.into_iter().map(|frequency| {
        let waves = context * frequency / (2.0 * PI);
        let kept = ((waves - low) / (high - low)).clamp(0.0, 1.0);
        (1.0 - kept) * frequency / factor + kept * frequency
    });
    Ok(Rope::new(stretched, 1.0))
}

/// `YaRN` (Peng et al. 2023), as transformers computes it.
fn yarn(rope: Keys<'_>, plain: Vec<f64>, theta: f64, head_size: usize) -> Result<Rope, Error> {
    let known = [
        "factor",
        "original_max_position_embeddings",
        "attention_factor",
        "beta_fast",
        "beta_slow",
        "truncate",
    ];
    only(rope, &known)?;
    let factor = rope.needed_number("factor")?;
    let context = rope.needed_size("original_max_position_embeddings")? as f64;
    let size = head_size as f64;
    // The pair that turns so often within the context.
    let pair_of = |turns: f64| size * (context / (turns * 2.0 * PI)).ln() / (2.0 * theta.ln());
    let mut low = pair_of(rope.number("beta_fast")?.unwrap_or(32.0));
    let mut high = pair_of(rope.number("beta_slow")?.unwrap_or(1.0));
    if rope.flag("truncate")?.unwrap_or(true) {
        (low, high) = (low.floor(), high.ceil());
    }
    low = low.max(0.0);
    high = high.min(size - 1.0);
    if (high - low).abs() < f64::EPSILON {
        high += 0.001;
    }
    let stretched = plain.into_iter().enumerate().map(|(pair, frequency)| {
        let stretched = ((pair as f64 - low) / (high - low)).clamp(0.0, 1.0);
        frequency / factor * stretched + frequency * (1.0 - stretched)
    });
    let scale = if factor <= 1.0 { 1.0 } else { 0.1 * factor.ln() + 1.0 };
    let scale = rope.number("attention_factor")?.unwrap_or(scale);
    Ok(Rope::new(stretched, scale))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: &Value) -> Result<Rope, Error> {
        Rope::read(Keys::new("", config).unwrap(), 10000.0, 8)
    }

    #[test]
    fn both_spellings_mean_the_same() {
        let plain = read(&json!({})).unwrap();
        assert_eq!(plain, read(&json!({"rope_theta": 10000})).unwrap());
        assert_eq!(
            plain,
            read(&json!({"rope_parameters": {"rope_type": "default", "rope_theta": 1e4}})).unwrap()
        );
        assert_eq!(plain, read(&json!({"rope_scaling": null, "rope_theta": 1e4})).unwrap());
        let old =
            read(&json!({"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 2}}));
        let new = read(
            &json!({"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 5e5}}),
        );
        assert_eq!(old.unwrap(), new.unwrap());
    }

    #[test]
    fn nothing_is_guessed() {
        let message = |config: Value| read(&config).unwrap_err().to_string();
        assert_eq!(
            message(json!({"rope_scaling": {"type": "dynamic", "factor": 2.0}})),
            "rope_scaling.type: \"dynamic\"; expected default, linear, llama3 or yarn"
        );
        assert!(
            message(json!({"rope_parameters": {"rope_type": "longrope"}})).contains("longrope")
        );
        assert!(
            message(json!({"rope_theta": 1e6, "rope_parameters": {"rope_theta": 1e4}}))
                .contains("rope_theta")
        );
        assert!(
            message(json!({"rope_parameters": {"full_attention": {"rope_theta": 1e4}}}))
                .contains("full_attention")
        );
        assert!(
            message(json!({"rope_parameters": {"partial_rotary_factor": 0.5}})).contains("partial")
        );
        assert!(
            message(json!({"rope_parameters": {}, "rope_scaling": {}})).contains("rope_scaling")
        );
        assert!(message(json!({"rope_scaling": {"type": "linear"}})).contains("factor"));
        assert!(message(json!({"rope_scaling": "linear"})).contains("object"));
    }

    #[test]
    fn a_turn_keeps_lengths() {
        let turns = read(&json!({})).unwrap().turns(5);
        let mut head = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        turns.apply(0, &mut head);
        assert_eq!(
            head.map(f32::to_bits),
            [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0].map(f32::to_bits)
        );
        turns.apply(3, &mut head);
        let length: f32 = head.iter().map(|x| x * x).sum();
        assert!((length - 204.0).abs() < 1e-3);
        // The first pair turns by one radian a position.
        let (sine, cosine) = 3_f32.sin_cos();
        assert!((head[0] - (cosine - 5.0 * sine)).abs() < 1e-5);
    }
}
