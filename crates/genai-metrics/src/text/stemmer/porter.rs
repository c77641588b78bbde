//! What the two descendants of Porter's algorithm have in common: words as consonants and vowels,
//! and rules that change endings.
//!
//! M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. Letters other than
//! `aeiou` are consonants, digits and the letters of every other script among them; `y` is a vowel
//! after a consonant. The *measure* of a word is how often a consonant follows a vowel in it.
//!
//! No rule makes a word longer, so words are stemmed where they lie.

/// A character: a byte of an ASCII word, or a code point of any.
pub(super) trait Letter: Copy + Eq + From<u8> + Into<char> {}

impl Letter for u8 {}
impl Letter for char {}

/// Up to eight letters that a word may end in, the last one lowest.
#[derive(Clone, Copy)]
pub(super) struct Ending {
    letters: u64,
    length: u32,
}

impl Ending {
    pub(super) const fn new(ending: &str) -> Self {
        assert!(matches!(ending.len(), 1..=8), "a word has its last eight letters at hand");
        let (mut letters, mut length) = (0, 0);
        while (length as usize) < ending.len() {
            letters = letters << 8 | ending.as_bytes()[length as usize] as u64;
            length += 1;
        }
        Self { letters, length }
    }
}

/// An ending, and what takes its place.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    ending: Ending,
    replacement: &'static str,
}

pub(super) const fn rule(ending: &str, replacement: &'static str) -> Rule {
    assert!(replacement.len() <= ending.len(), "no rule makes a word longer");
    Rule { ending: Ending::new(ending), replacement }
}

/// Step 2, where a measure above 0 is left of the word. No ending stands before one that it ends
/// in.
pub(super) const STEP_2: &[Rule] = &[
    rule("ational", "ate"),
    rule("tional", "tion"),
    rule("enci", "ence"),
    rule("anci", "ance"),
    rule("izer", "ize"),
    rule("bli", "ble"),
    rule("alli", "al"),
    rule("entli", "ent"),
    rule("eli", "e"),
    rule("ousli", "ous"),
    rule("ization", "ize"),
    rule("ation", "ate"),
    rule("ator", "ate"),
    rule("alism", "al"),
    rule("iveness", "ive"),
    rule("fulness", "ful"),
    rule("ousness", "ous"),
    rule("aliti", "al"),
    rule("iviti", "ive"),
    rule("biliti", "ble"),
];

/// Step 3, where a measure above 0 is left.
pub(super) const STEP_3: &[Rule] = &[
    rule("icate", "ic"),
    rule("ative", ""),
    rule("alize", "al"),
    rule("iciti", "ic"),
    rule("ical", "ic"),
    rule("ful", ""),
    rule("ness", ""),
];

/// Step 4, where a measure above 1 is left, but for `ment`, `ent` and `ion`, in which the
/// algorithms differ.
pub(super) const STEP_4: &[Rule] = &[
    rule("al", ""),
    rule("ance", ""),
    rule("ence", ""),
    rule("er", ""),
    rule("ic", ""),
    rule("able", ""),
    rule("ible", ""),
    rule("ant", ""),
    rule("ement", ""),
    rule("ou", ""),
    rule("ism", ""),
    rule("ate", ""),
    rule("iti", ""),
    rule("ous", ""),
    rule("ive", ""),
    rule("ize", ""),
];

/// A word on its way to its stem.
pub(super) struct Word<'w, L> {
    letters: &'w mut [L],
    length: usize,
    /// The last eight letters as an [`Ending`] has them; those beyond Latin-1 are in none.
    tail: u64,
}

/// The first letters of a word, as consonants and vowels.
#[derive(Clone, Copy, Default)]
pub(super) struct Pattern {
    pub(super) measure: usize,
    pub(super) has_vowel: bool,
    /// A bit for each letter, the last one lowest: whether it is a vowel.
    vowels: u8,
}

impl Pattern {
    pub(super) fn ends_in_consonant(self) -> bool {
        self.vowels & 1 == 0
    }
}

impl<'w, L: Letter> Word<'w, L> {
    pub(super) fn new(letters: &'w mut [L]) -> Self {
        let length = letters.len();
        let mut word = Self { letters, length, tail: 0 };
        word.truncate(length);
        word
    }

    /// The number of letters left.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The first letters; all of them are `self.pattern(self.len())`.
    pub(super) fn pattern(&self, length: usize) -> Pattern {
        let (mut pattern, mut after_consonant) = (Pattern::default(), false);
        for &letter in &self.letters[..length] {
            let vowel = match letter.into() {
                'a' | 'e' | 'i' | 'o' | 'u' => true,
                'y' => after_consonant,
                _ => false,
            };
            pattern.measure += usize::from(!vowel && pattern.vowels & 1 == 1);
            pattern.has_vowel |= vowel;
            pattern.vowels = pattern.vowels << 1 | u8::from(vowel);
            after_consonant = !vowel;
        }
        pattern
    }

    /// The number of letters before this ending, if the word has it.
    #[inline]
    pub(super) fn before(&self, ending: &str) -> Option<usize> {
        self.ends_with(ending).then(|| self.length - ending.len())
    }

    #[inline]
    pub(super) fn ends_with(&self, ending: &str) -> bool {
        self.has(Ending::new(ending))
    }

    /// Whether the word has this ending. No letter of it is zero, as what a short word lacks is.
    #[inline]
    fn has(&self, Ending { letters, length }: Ending) -> bool {
        self.tail & u64::MAX >> (64 - 8 * length) == letters
    }

    /// The last of the first letters, if it is ASCII.
    pub(super) fn last_of(&self, length: usize) -> Option<u8> {
        let last = self.letters[..length].last().copied()?;
        u8::try_from(last.into()).ok().filter(u8::is_ascii)
    }

    /// The last two letters, if they are the same.
    pub(super) fn doubled(&self) -> Option<char> {
        match self.letters[..self.length] {
            [.., a, b] if a == b => Some(a.into()),
            _ => None,
        }
    }

    /// The half of step 1b that all have alike: `eed` loses its last letter after a measure above 0;
    /// else `ed` or `ing` comes off after a vowel, and the length that is left is returned.
    pub(super) fn drop_participle(&mut self) -> Option<usize> {
        if let Some(before) = self.before("eed") {
            if self.pattern(before).measure > 0 {
                self.truncate(before + 2);
            }
            return None;
        }
        let before = self.before("ed").or_else(|| self.before("ing"))?;
        self.pattern(before).has_vowel.then(|| self.truncate(before))?;
        Some(before)
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = length;
        let last = &self.letters[length.saturating_sub(8)..length];
        self.tail = last.iter().fold(0, |tail, &letter| {
            tail << 8 | u64::from(u8::try_from(letter.into()).unwrap_or(u8::MAX))
        });
    }

    /// Keeps the first letters and appends the ending.
    pub(super) fn replace(&mut self, kept: usize, ending: &str) {
        let length = kept + ending.len();
        for (letter, byte) in self.letters[kept..length].iter_mut().zip(ending.bytes()) {
            *letter = L::from(byte);
        }
        self.truncate(length);
    }

    /// Takes off the last letter but one.
    pub(super) fn drop_last_but_one(&mut self) {
        self.letters[self.length - 2] = self.letters[self.length - 1];
        self.truncate(self.length - 1);
    }

    /// Replaces the whole word if it is in the list, and returns whether it was.
    pub(super) fn look_up(&mut self, words: &[Rule]) -> bool {
        let is_it =
            |rule: &&Rule| rule.ending.length as usize == self.length && self.has(rule.ending);
        let Some(rule) = words.iter().find(is_it) else { return false };
        self.replace(0, rule.replacement);
        true
    }

    /// Applies the first rule whose ending the word has, if what is before it has a measure of
    /// more than `measure`. Returns whether the word has an ending, not whether it lost it.
    pub(super) fn apply(&mut self, rules: &[Rule], measure: usize) -> bool {
        let Some(rule) = rules.iter().find(|rule| self.has(rule.ending)) else { return false };
        let before = self.length - rule.ending.length as usize;
        if self.pattern(before).measure > measure {
            self.replace(before, rule.replacement);
        }
        true
    }

    /// Porter's `*o`: whether the first letters end in consonant, vowel, consonant, the last of
    /// which is none of `wxy`.
    pub(super) fn is_short(&self, length: usize) -> bool {
        length >= 3
            && self.pattern(length).vowels & 0b111 == 0b010
            && !matches!(self.last_of(length), Some(b'w' | b'x' | b'y'))
    }

    /// Whether the first letters are a vowel and a consonant and nothing else.
    pub(super) fn is_vowel_and_consonant(&self, length: usize) -> bool {
        length == 2 && self.pattern(length).vowels == 0b10
    }

    /// Step 5: an `e` goes after a measure above 1, and after a measure of 1 unless what is left
    /// would be short in the sense of `is_short`; then one of two `l` after a measure above 1.
    pub(super) fn tidy(&mut self, is_short: impl Fn(&Self, usize) -> bool) {
        if let Some(before) = self.before("e") {
            let measure = self.pattern(before).measure;
            if measure > 1 || measure == 1 && !is_short(self, before) {
                self.truncate(before);
            }
        }
        if self.ends_with("ll") && self.pattern(self.length).measure > 1 {
            self.truncate(self.length - 1);
        }
    }
}
