//! NLTK's `PorterStemmer` in its default mode, `NLTK_EXTENSIONS`.

use super::porter::{Letter, Rule, STEP_2, STEP_3, STEP_4, Word, rule};

/// Words that no rule is asked about.
const IRREGULAR: &[Rule] = &[
    rule("sky", "sky"),
    rule("skies", "sky"),
    rule("dying", "die"),
    rule("lying", "lie"),
    rule("tying", "tie"),
    rule("news", "news"),
    rule("innings", "inning"),
    rule("inning", "inning"),
    rule("outings", "outing"),
    rule("outing", "outing"),
    rule("cannings", "canning"),
    rule("canning", "canning"),
    rule("howe", "howe"),
    rule("proceed", "proceed"),
    rule("exceed", "exceed"),
    rule("succeed", "succeed"),
];

/// Stems a word of three or more letters in its place; returns the number of letters left.
pub(super) fn stem<L: Letter>(letters: &mut [L]) -> usize {
    let mut word = Word::new(letters);
    if word.look_up(IRREGULAR) {
        return word.len();
    }
    plurals(&mut word);
    participles(&mut word);
    final_y(&mut word);
    double_suffixes(&mut word);
    word.apply(STEP_3, 0);
    suffixes(&mut word);
    word.tidy(is_short);
    word.len()
}

/// Porter's `*o`, which also holds for a vowel and a consonant alone: `using` becomes `use`.
fn is_short<L: Letter>(word: &Word<L>, length: usize) -> bool {
    word.is_short(length) || word.is_vowel_and_consonant(length)
}

/// Step 1a: `dies` becomes `die`, but `flies` `fli`.
fn plurals<L: Letter>(word: &mut Word<L>) {
    if word.ends_with("ies") {
        word.truncate(if word.len() == 4 { 3 } else { word.len() - 2 });
    } else if word.ends_with("sses") {
        word.truncate(word.len() - 2);
    } else if word.ends_with("s") && !word.ends_with("ss") {
        word.truncate(word.len() - 1);
    }
}

/// Step 1b: `died` becomes `die`, but `spied` `spi`.
fn participles<L: Letter>(word: &mut Word<L>) {
    if word.ends_with("ied") {
        word.truncate(if word.len() == 4 { 3 } else { word.len() - 2 });
        return;
    }
    let Some(before) = word.drop_participle() else { return };
    let pattern = word.pattern(before);
    let doubled = word.doubled().filter(|_| pattern.ends_in_consonant());
    if ["at", "bl", "iz"].iter().any(|ending| word.ends_with(ending)) {
        word.replace(before, "e");
    } else if let Some(letter) = doubled {
        if !matches!(letter, 'l' | 's' | 'z') {
            word.truncate(before - 1);
        }
    } else if word.ends_with("*d") {
        // `*d` is how NLTK's list of rules spells "a doubled consonant", and then it is also
        // looked for as an ending.
        word.drop_last_but_one();
    } else if pattern.measure == 1 && is_short(word, before) {
        word.replace(before, "e");
    }
}

/// Step 1c: after a consonant that is not the whole word, so that `enjoy` stays.
fn final_y<L: Letter>(word: &mut Word<L>) {
    if let Some(before) = word.before("y")
        && before > 1
        && word.pattern(before).ends_in_consonant()
    {
        word.replace(before, "i");
    }
}

/// Step 2. What `alli` becomes goes through the step again: `conditionalli` becomes `condition`.
fn double_suffixes<L: Letter>(word: &mut Word<L>) {
    if word.ends_with("alli") {
        let length = word.len();
        word.apply(STEP_2, 0);
        if word.len() == length {
            return;
        }
    }
    if word.apply(STEP_2, 0) || word.apply(&const { [rule("fulli", "ful")] }, 0) {
        return;
    }
    // The `l` counts as a part of what is left, so that `geologi` becomes `geolog`.
    if word.ends_with("logi") && word.pattern(word.len() - 3).measure > 0 {
        word.truncate(word.len() - 1);
    }
}

/// Step 4. A word that ends in `ement` is not asked about `ment` and `ent`.
fn suffixes<L: Letter>(word: &mut Word<L>) {
    if word.apply(STEP_4, 1) || word.apply(&const { [rule("ment", ""), rule("ent", "")] }, 1) {
        return;
    }
    if let Some(before) = word.before("ion")
        && matches!(word.last_of(before), Some(b's' | b't'))
    {
        word.apply(&const { [rule("ion", "")] }, 1);
    }
}
