//! Long texts in lines, for tokenizers: prose in one script, in several, and something like code.

use crate::{Language, Script, SplitMix64};

/// What a text is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Prose in Latin script.
    Latin,
    /// Prose in all scripts, twenty lines of each in turns.
    Mixed,
    /// Functions with names, numbers, operators, comments and indentation.
    Code,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Latin, Self::Mixed, Self::Code];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latin => "latin",
            Self::Mixed => "mixed",
            Self::Code => "code",
        }
    }

    /// At least so many bytes of it, in lines; always the same for the same seed.
    ///
    /// ```
    /// use genai_eval_benches::Kind;
    /// for kind in Kind::ALL {
    ///     let text = kind.text(10_000, 1);
    ///     assert!((10_000..40_000).contains(&text.len()));
    ///     assert_eq!(text, kind.text(10_000, 1));
    /// }
    /// ```
    pub fn text(self, bytes: usize, seed: u64) -> String {
        let mut random = SplitMix64::new(seed);
        let scripts: &[Script] = if self == Self::Mixed { &Script::ALL } else { &[Script::Latin] };
        let languages: Vec<Language> =
            scripts.iter().map(|&script| Language::new(script, &mut random)).collect();
        let mut text = String::with_capacity(bytes + 10_000);
        while text.len() < bytes {
            for language in &languages {
                if self == Self::Code {
                    language.function(&mut random, &mut text);
                } else {
                    for _ in 0..20 {
                        language.line(&mut random, &mut text);
                    }
                }
            }
        }
        text
    }
}

impl Script {
    /// That many bytes, or up to three more, without a space or a full stop between words.
    pub fn run(self, bytes: usize, seed: u64) -> String {
        let mut random = SplitMix64::new(seed);
        let language = Language::new(self, &mut random);
        let mut text = String::with_capacity(bytes + 30);
        while text.len() < bytes {
            text.push_str(language.draw(&mut random));
        }
        text
    }
}

impl Language {
    fn line(&self, random: &mut SplitMix64, text: &mut String) {
        text.push_str(&self.sentence(random).join(self.script.separator()));
        text.push_str(self.script.full_stop());
        text.push('\n');
    }

    /// A name of one or more words, in the cases that programmers write.
    fn name(&self, random: &mut SplitMix64) -> String {
        let words = 1 + random.below(3);
        let style = random.below(10);
        let mut name = String::new();
        for i in 0..words {
            let word = self.draw(random);
            match style {
                0 => name.push_str(&word.to_uppercase()),
                1..4 => {
                    let first = word.chars().next().map_or(0, char::len_utf8);
                    name.push_str(&word[..first].to_uppercase());
                    name.push_str(&word[first..]);
                    continue;
                }
                _ => name.push_str(word),
            }
            if i + 1 < words {
                name.push('_');
            }
        }
        name
    }

    fn function(&self, random: &mut SplitMix64, text: &mut String) {
        let indent = ["    ", "\t"][random.below(2)];
        let (function, argument) = (self.name(random), self.name(random));
        let sentence = self.sentence(random).join(" ");
        let kind = self.name(random);
        let start = format!("/// {sentence}.\nfn {function}({argument}: &{kind}) {{\n");
        text.push_str(&start);
        let mut depth = 1;
        for _ in 0..3 + random.below(20) {
            text.push_str(&indent.repeat(depth));
            let (name, other) = (self.name(random), self.name(random));
            let number = random.below(5000);
            let line = match random.below(9) {
                0 => format!("let {name} = {argument}.{other}({number});"),
                1 => format!("{name}[{number}] += {other} * 0x{number:04x};"),
                2 => format!("self.{name}.{other}(\"{}\", &{argument})?;", self.draw(random)),
                3 => format!("// {}", self.sentence(random).join(" ")),
                4 => format!("return {name}::<{other}>::new({number}, {number}.5e-3);"),
                5 => {
                    format!("assert_eq!({name}, vec![{number}, -{number}], \"{{}}\n\", {other});")
                }
                6 | 7 if depth < 4 => {
                    depth += 1;
                    format!("if {name} != {other} && !{argument}.is_empty() {{")
                }
                _ if depth > 1 => {
                    depth -= 1;
                    text.truncate(text.len() - indent.len());
                    "}".to_owned()
                }
                _ => format!("{name} = {other};"),
            };
            text.push_str(&line);
            text.push('\n');
        }
        for depth in (0..depth).rev() {
            text.push_str(&indent.repeat(depth));
            text.push_str("}\n");
        }
        text.push('\n');
    }
}
