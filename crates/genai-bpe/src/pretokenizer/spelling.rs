//! The regular expressions and the names by which patterns are known.

use std::borrow::Cow;

use super::Pattern;

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

const CL100K: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Without the possessive `{1,3}+` that tiktoken writes, which to Oniguruma is another thing.
const CL100K_TIKTOKEN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s++$|\s*[\r\n]+|\s+(?!\S)|\s+";

const CL100K_TWO_DIGITS: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const CL100K_ALL_DIGITS: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const QWEN35: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const O200K: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const KIMI_K2: &str = r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const DEEPSEEK_V3: [&str; 3] = [
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
];

/// Other spellings that make the same pieces in both engines.
const SYNONYMS: &[(&str, Pattern)] = &[
    // GPT-2's own release.
    (
        r"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        Pattern::Gpt2,
    ),
    // tiktoken 0.6: as of GPT-2 and as of cl100k.
    (r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", Pattern::Gpt2),
    (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
        Pattern::Cl100k,
    ),
    // nanochat
    (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
        Pattern::Cl100kTwoDigits,
    ),
    // tiktoken 0.14
    (
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
        Pattern::Gpt2,
    ),
];

/// Spellings that Oniguruma reads otherwise: there `{1,3}+` is not possessive but repeats.
const OF_TIKTOKEN: &[(&str, Pattern)] = &[(
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    Pattern::Cl100kTiktoken,
)];

impl Pattern {
    /// The pattern that a regular expression stands for, if it is one of those known here, character
    /// by character; real CR and LF may stand for `\r` and `\n`. `None` means that the expression is
    /// not implemented.
    ///
    /// The expression has the same meaning in tiktoken and in Hugging Face's tokenizers; for those that
    /// have not, see [`Pattern::from_tiktoken_regex`].
    ///
    /// ```
    /// use genai_bpe::Pattern;
    ///
    /// let gpt2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    /// assert_eq!(Pattern::from_regex(gpt2), Some(Pattern::Gpt2));
    /// assert_eq!(Pattern::from_regex(r"\w+"), None);
    /// ```
    pub fn from_regex(regex: &str) -> Option<Self> {
        let regex = with_escapes(regex);
        Self::ALL
            .iter()
            .map(|&pattern| (pattern.regex(), pattern))
            .chain(SYNONYMS.iter().map(|&(synonym, pattern)| (Some(synonym), pattern)))
            .find_map(|(known, pattern)| (known == Some(&*regex)).then_some(pattern))
    }

    /// As [`Pattern::from_regex`], and also with what only tiktoken (the fancy-regex crate) reads so: the
    /// cl100k of tiktoken 0.8 and later has a possessive `\p{N}{1,3}+`. Oniguruma, on which Hugging
    /// Face's tokenizers stand, takes that for any number of digits.
    pub fn from_tiktoken_regex(regex: &str) -> Option<Self> {
        let known = OF_TIKTOKEN.iter().find(|(known, _)| *known == with_escapes(regex));
        known.map(|&(_, pattern)| pattern).or_else(|| Self::from_regex(regex))
    }

    /// The pattern that regular expressions stand for which cut a text one after the other, each match
    /// and each text between matches being a piece (Hugging Face's `Split` with `Isolated`).
    pub fn from_regexes(regexes: &[&str]) -> Option<Self> {
        if let [regex] = regexes {
            return Self::from_regex(regex);
        }
        let known = Self::DeepSeekV3.regexes().iter().copied();
        let same = known.eq(regexes.iter().map(|regex| with_escapes(regex)));
        same.then_some(Self::DeepSeekV3)
    }

    /// The regular expression of the pattern, which means the same in tiktoken and in Hugging Face's
    /// tokenizers. None for [`Pattern::Whole`] and where it takes several; see
    /// [`Pattern::regexes`].
    pub fn regex(self) -> Option<&'static str> {
        match self.regexes() {
            [regex] => Some(regex),
            _ => None,
        }
    }

    /// The regular expressions that cut a text, one after the other; see [`Pattern::from_regexes`].
    pub fn regexes(self) -> &'static [&'static str] {
        match self {
            Self::Whole => &[],
            Self::Gpt2 => &[GPT2],
            Self::Cl100k => &[CL100K],
            Self::Cl100kTiktoken => &[CL100K_TIKTOKEN],
            Self::Cl100kTwoDigits => &[CL100K_TWO_DIGITS],
            Self::Cl100kAllDigits => &[CL100K_ALL_DIGITS],
            Self::Qwen2 => &[QWEN2],
            Self::Qwen35 => &[QWEN35],
            Self::O200k => &[O200K],
            Self::Tekken => &[TEKKEN],
            Self::KimiK2 => &[KIMI_K2],
            Self::DeepSeekV3 => &DEEPSEEK_V3,
        }
    }

    /// What the pattern is called.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// The pattern of that name: one of [`Pattern::name`], an encoding of tiktoken, whose pieces are
    /// then as in tiktoken 0.14, or a model. Case does not matter.
    ///
    /// ```
    /// use genai_bpe::Pattern;
    ///
    /// assert_eq!(Pattern::from_name("llama3"), Some(Pattern::Cl100k));
    /// assert_eq!(Pattern::from_name("cl100k_base"), Some(Pattern::Cl100kTiktoken));
    /// assert_eq!(Pattern::from_name("p50k_base"), Pattern::from_name("GPT2"));
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        let of = |pattern: &&Self| pattern.names().iter().any(|own| own.eq_ignore_ascii_case(name));
        Self::ALL.iter().find(of).copied()
    }

    /// Its names, of which the first one is the one to write.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Whole => &["whole"],
            Self::Gpt2 => &["gpt2", "r50k", "p50k", "r50k_base", "p50k_base", "p50k_edit"],
            Self::Cl100k => &["cl100k", "llama3", "glm4"],
            Self::Cl100kTiktoken => &["cl100k_base"],
            Self::Cl100kTwoDigits => &["cl100k-two-digits", "nanochat"],
            Self::Cl100kAllDigits => &["cl100k-all-digits"],
            Self::Qwen2 => &["qwen2", "qwen2.5", "qwen3"],
            Self::Qwen35 => &["qwen3.5"],
            Self::O200k => &["o200k", "o200k_base", "o200k_harmony", "llama4"],
            Self::Tekken => &["tekken", "nemotron"],
            Self::KimiK2 => &["kimi-k2"],
            Self::DeepSeekV3 => &["deepseek-v3", "deepseek-r1", "deepseek"],
        }
    }
}

/// A regular expression with `\r` and `\n` for real CR and LF, which match the same.
fn with_escapes(regex: &str) -> Cow<'_, str> {
    if regex.contains(['\r', '\n']) {
        Cow::Owned(regex.replace('\r', r"\r").replace('\n', r"\n"))
    } else {
        Cow::Borrowed(regex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_and_name_is_found_again() {
        for &pattern in Pattern::ALL {
            assert_eq!(Pattern::from_name(pattern.name()), Some(pattern));
            for name in pattern.names() {
                assert_eq!(Pattern::from_name(name), Some(pattern), "{name}");
            }
            if pattern != Pattern::Whole {
                assert_eq!(Pattern::from_regexes(pattern.regexes()), Some(pattern));
                let real: Vec<String> = pattern
                    .regexes()
                    .iter()
                    .map(|regex| regex.replace(r"\r", "\r").replace(r"\n", "\n"))
                    .collect();
                let real: Vec<&str> = real.iter().map(String::as_str).collect();
                assert_eq!(Pattern::from_regexes(&real), Some(pattern));
            }
        }
        for (regex, pattern) in SYNONYMS {
            assert_eq!(Pattern::from_regex(regex), Some(*pattern));
            assert_eq!(Pattern::from_tiktoken_regex(regex), Some(*pattern));
        }
        for (regex, pattern) in OF_TIKTOKEN {
            assert_eq!(Pattern::from_regex(regex), None);
            assert_eq!(Pattern::from_tiktoken_regex(regex), Some(*pattern));
        }
    }

    #[test]
    fn nothing_else_is_accepted() {
        for &pattern in Pattern::ALL {
            for regex in pattern.regexes() {
                for (at, character) in regex.char_indices() {
                    let without =
                        format!("{}{}", &regex[..at], &regex[at + character.len_utf8()..]);
                    let found = Pattern::from_tiktoken_regex(&without);
                    assert!(found.is_none_or(|found| found.regex() == Some(&without)), "{without}");
                }
            }
        }
        for regexes in [&[][..], &[""], &[GPT2, GPT2], &DEEPSEEK_V3[..2], &DEEPSEEK_V3[2..]] {
            assert_eq!(Pattern::from_regexes(regexes), None);
        }
    }
}
