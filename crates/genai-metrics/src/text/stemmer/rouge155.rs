//! The stemmer of ROUGE-1.5.5: Porter's, but `ement`, `ment` and `ent` are taken off one after the
//! other, so that `agreement` becomes `agreem`.

use super::porter::{Letter, STEP_2, STEP_3, STEP_4, Word, rule};

/// Stems a word of three or more letters in its place; returns the number of letters left.
pub(super) fn stem<L: Letter>(letters: &mut [L]) -> usize {
    let mut word = Word::new(letters);
    plurals(&mut word);
    participles(&mut word);
    final_y(&mut word);
    if !word.apply(STEP_2, 0) {
        word.apply(&const { [rule("logi", "log")] }, 0);
    }
    word.apply(STEP_3, 0);
    suffixes(&mut word);
    word.tidy(Word::is_short);
    word.len()
}

/// Step 1a.
fn plurals<L: Letter>(word: &mut Word<L>) {
    if word.ends_with("sses") || word.ends_with("ies") {
        word.truncate(word.len() - 2);
    } else if word.ends_with("s") && !word.ends_with("ss") {
        word.truncate(word.len() - 1);
    }
}

/// Step 1b.
fn participles<L: Letter>(word: &mut Word<L>) {
    let Some(before) = word.drop_participle() else { return };
    let unlike = |c: &char| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'l' | 's' | 'z');
    if ["at", "bl", "iz"].iter().any(|ending| word.ends_with(ending)) {
        word.replace(before, "e");
    } else if word.doubled().is_some_and(|letter| unlike(&letter)) {
        word.truncate(before - 1);
    } else if word.pattern(before).measure == 1 && word.is_short(before) {
        word.replace(before, "e");
    }
}

/// Step 1c: after any vowel, so that `enjoy` becomes `enjoi`.
fn final_y<L: Letter>(word: &mut Word<L>) {
    if let Some(before) = word.before("y")
        && word.pattern(before).has_vowel
    {
        word.replace(before, "i");
    }
}

/// Step 4. `ion` is asked about only where the word, as it then is, does not end in `ent`.
fn suffixes<L: Letter>(word: &mut Word<L>) {
    word.apply(STEP_4, 1);
    word.apply(&const { [rule("ment", "")] }, 1);
    if word.apply(&const { [rule("ent", "")] }, 1) {
        return;
    }
    if let Some(before) = word.before("ion")
        && matches!(word.last_of(before), Some(b's' | b't'))
    {
        word.apply(&const { [rule("ion", "")] }, 1);
    }
}
