//! What stands between the two matrices of a feed-forward layer.

use super::row;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    /// `x · Φ(x)` with the error function.
    Gelu,
    /// The same with a hyperbolic tangent in place of it, as GPT-2 has it.
    GeluTanh,
    Relu,
    /// `x / (1 + e⁻ˣ)`.
    Silu,
}

impl Activation {
    /// By the name in a configuration.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "gelu" => Self::Gelu,
            "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Self::GeluTanh,
            "relu" => Self::Relu,
            "silu" | "swish" => Self::Silu,
            _ => return None,
        })
    }

    pub(super) const NAMES: &str = "gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, relu or silu";

    /// Replaces each number by its image.
    pub(super) fn apply(self, numbers: &mut [f32]) {
        // A loop for each, so that the choice is made once.
        match self {
            Self::Gelu => numbers.iter_mut().for_each(|x| *x = gelu(*x)),
            Self::GeluTanh => numbers.iter_mut().for_each(|x| *x = gelu_tanh(*x)),
            Self::Relu => numbers.iter_mut().for_each(|x| *x = x.max(0.0)),
            Self::Silu => numbers.iter_mut().for_each(|x| *x /= 1.0 + row::exp(-*x)),
        }
    }
}

fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2))
}

fn gelu_tanh(x: f32) -> f32 {
    // √(2/π).
    const SCALE: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (SCALE * (x + 0.044_715 * x * x * x)).tanh())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_definitions() {
        let at = |activation: Activation, x: f32| {
            let mut numbers = [x];
            activation.apply(&mut numbers);
            numbers[0]
        };
        // x · Φ(x), from a table of the normal distribution.
        assert!((at(Activation::Gelu, 1.0) - 0.841_344_7).abs() < 1e-6);
        assert!((at(Activation::GeluTanh, 1.0) - 0.841_192).abs() < 1e-6);
        assert!((at(Activation::Silu, 1.0) - 0.731_058_6).abs() < 1e-6);
        assert!((at(Activation::Relu, -1.0)).abs() < f32::EPSILON);
        assert!((at(Activation::Silu, -200.0)).abs() < 1e-6);
    }
}
