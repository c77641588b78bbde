//! ROUGE as the original ROUGE-1.5.5 has it, to the five decimals that it prints.

use std::borrow::Cow;
use std::ops::Range;

use super::google::MultiReference;
use super::kind::RougeType;
use super::overlap::{Kernels, Left, Overlap, Unigrams};
use super::stats::{self, RougeStats};
use super::word_lists::{StemExceptions, StopWords};
use crate::bootstrap::{Bootstrap, round5};
use crate::metric::Metric;
use crate::score::Score;
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{
    Scheme, SentenceSplit, Stemmer, TokenId, Tokenizer, Tokens, Vocabulary, is_unseen,
};

/// All that there are.
const DECIMALS: usize = 5;

/// One type of ROUGE as ROUGE-1.5.5 computes it, from 0 to 1 in steps of 0.00001.
///
/// Precision and recall are rounded to five decimals, F is made of the rounded ones and rounded
/// again. Lines are sentences; `L` is always the summary-level union of common subsequences. Known
/// peculiarities are kept: ROUGE-W weights the length of the reference twice, so that equal texts
/// do not come to 1; ROUGE-SU leaves out the last token; a limit in bytes cuts each line by itself
/// for `L` and `W`.
///
/// ```
/// use genai_metrics::{Evaluate, Rouge155, RougeType};
/// let rouge = Rouge155::new(RougeType::N(2));
/// let score = rouge.sentence("police killed the gunman", &["police kill the gunman"])?;
/// assert_eq!(score.value, 0.33333);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rouge155 {
    /// What texts are compared by.
    pub kind: RougeType,
    /// What words are reduced to; nothing by default. `-m` is [`Stemmer::Rouge155`].
    pub stemmer: Stemmer,
    /// Irregular forms, used with a stemmer only; none by default, as in most copies of the script.
    pub exceptions: Option<StemExceptions>,
    /// Words to leave out (`-s`); none by default.
    pub stop_words: Option<StopWords>,
    /// How much of each text counts; all of it by default.
    pub limit: LengthLimit,
    /// What several references mean; all together (`-f A`) by default, or the best recall (`-f B`).
    /// The other rules are [`Rouge`](super::Rouge)'s and stand for `-f A` here.
    pub multi_reference: MultiReference,
    /// The weight of precision in the F-measure, 0 to 1 (`-p`); one half by default.
    pub alpha: f64,
    /// What a corpus's score is, if not the mean over its segments; nothing by default, but the
    /// script prints the middle of its [`Bootstrap::Rouge155`].
    pub bootstrap: Option<Bootstrap>,
}

/// How much of each text counts, hypotheses and references alike.
///
/// ```
/// use genai_metrics::{Evaluate, LengthLimit, Rouge155, RougeType};
/// let rouge = Rouge155 { limit: LengthLimit::Words(2), ..Rouge155::new(RougeType::N(1)) };
/// assert_eq!(rouge.sentence("a cat sat", &["a cat ran"])?.value, 1.0);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LengthLimit {
    /// All of it.
    #[default]
    None,
    /// So many words between white space (`-l`).
    Words(u32),
    /// So many bytes (`-b`).
    Bytes(u32),
}

/// What is known of a segment's references, and the memory to measure with.
#[derive(Debug, Default)]
pub struct Rouge155References {
    kernels: Kernels,
    reader: Reader,
    references: Vec<LimitedText>,
    hypothesis: LimitedText,
    unread: bool,
    /// How often the reference at hand has each token, less what has been taken.
    left: Left,
}

/// A text within its limit.
#[derive(Debug, Default)]
struct LimitedText {
    /// Its tokens.
    tokens: Vec<TokenId>,
    /// The tokens of its lines, which differ where bytes are limited.
    of_lines: Vec<TokenId>,
    line_ends: Vec<usize>,
}

impl LimitedText {
    fn lines(&self) -> impl Iterator<Item = &[TokenId]> + Clone {
        let starts = [0].into_iter().chain(self.line_ends.iter().copied());
        starts.zip(&self.line_ends).map(|(start, &end)| &self.of_lines[start..end])
    }
}

impl Rouge155 {
    /// That type with the script's own defaults.
    pub fn new(kind: RougeType) -> Self {
        Self {
            kind,
            stemmer: Stemmer::None,
            exceptions: None,
            stop_words: None,
            limit: LengthLimit::None,
            multi_reference: MultiReference::Micro,
            alpha: 0.5,
            bootstrap: None,
        }
    }

    /// Alpha with its value in range.
    fn alpha(&self) -> f64 {
        if self.alpha.is_nan() { 0.5 } else { self.alpha.clamp(0.0, 1.0) }
    }

    fn takes_best_recall(&self) -> bool {
        self.multi_reference == MultiReference::BestRecall
    }

    /// What the hypothesis has in common with reference number `i`, and by which number the best
    /// reference is found.
    fn overlap(&self, prepared: &mut Rouge155References, i: usize) -> (Overlap, f64) {
        let Rouge155References { kernels, reader, references, hypothesis, left, .. } = prepared;
        let reference = &references[i];
        let distinct = reader.vocabulary.len();
        let tokens = [&reference.tokens[..], &hypothesis.tokens[..]];
        let recall = |overlap: Overlap| share(overlap.hits, overlap.of_reference);
        match self.kind {
            RougeType::N(order) => {
                let overlap = kernels.ngrams(i, order.clamp(1, 9), tokens[0], tokens[1]);
                (overlap, round5(recall(overlap)))
            }
            RougeType::S { skip } | RougeType::Su { skip } => {
                let unigrams = match self.kind {
                    RougeType::S { .. } => Unigrams::None,
                    _ => Unigrams::AllButLast,
                };
                let overlap =
                    kernels.skip_bigrams(tokens, distinct, RougeType::reach(skip), unigrams);
                (overlap, round5(recall(overlap)))
            }
            RougeType::L | RougeType::Lsum => {
                let mut overlap = Overlap {
                    of_reference: reference.of_lines.len() as f64,
                    of_hypothesis: hypothesis.tokens.len() as f64,
                    ..Overlap::default()
                };
                kernels.left.count(tokens[1], distinct);
                left.count(tokens[0], distinct);
                kernels.hits.reset(reference.of_lines.len());
                kernels.union.mark(reference.lines(), hypothesis.lines(), &mut kernels.hits);
                for place in kernels.hits.iter() {
                    if take(left, &mut kernels.left, reference.of_lines[place]) {
                        overlap.hits += 1.0;
                    }
                }
                (overlap, recall(overlap))
            }
            RougeType::W { weight } => {
                kernels.weighted.reset(RougeType::weight(weight));
                kernels.left.count(tokens[1], distinct);
                left.count(tokens[0], distinct);
                let (mut hits, mut base) = (0.0, 0.0);
                for line in reference.lines() {
                    base += kernels.weighted.power(line.len() as f64);
                    kernels.hits.reset(line.len());
                    for other in hypothesis.lines() {
                        kernels.weighted.mark(line, other, &mut kernels.hits);
                    }
                    // A hit that is not counted neither ends a run nor is part of one.
                    let mut run = 0.0;
                    for place in kernels.hits.iter() {
                        if !take(left, &mut kernels.left, line[place]) {
                            continue;
                        }
                        run += 1.0;
                        if !kernels.hits.contains(place + 1) {
                            hits += kernels.weighted.power(run);
                            run = 0.0;
                        }
                    }
                }
                let overlap = Overlap {
                    hits,
                    // The sum of weighted lengths is weighted once more.
                    of_reference: kernels.weighted.power(base),
                    of_hypothesis: kernels.weighted.power(tokens[1].len() as f64),
                };
                (overlap, self.kind.unweighted(share(hits, base)))
            }
        }
    }
}

fn share(hits: f64, of: f64) -> f64 {
    if of == 0.0 { 0.0 } else { hits / of }
}

/// Takes a token from both texts if both have one left.
fn take(of_reference: &mut Left, of_hypothesis: &mut Left, token: TokenId) -> bool {
    of_reference.has(token) && of_hypothesis.take(token) && of_reference.take(token)
}

/// Raw text to token ids.
#[derive(Debug, Default)]
struct Reader {
    pieces: Vec<Range<usize>>,
    words: Tokens,
    stems: Tokens,
    replaced: Tokens,
    rewritten: String,
    vocabulary: Vocabulary,
}

impl Reader {
    /// Reads a text; a reference's new tokens get new ids.
    fn read(&mut self, metric: &Rouge155, raw: &str, intern: bool, text: &mut LimitedText) {
        let LimitedText { tokens, of_lines, line_ends } = text;
        of_lines.clear();
        line_ends.clear();
        limited_lines(raw, metric.limit, false, &mut self.pieces);
        for i in 0..self.pieces.len() {
            self.read_piece(metric, &raw.as_bytes()[self.pieces[i].clone()], intern, of_lines);
            line_ends.push(of_lines.len());
        }
        tokens.clear();
        if let LengthLimit::Bytes(_) = metric.limit {
            limited_lines(raw, metric.limit, true, &mut self.pieces);
            for i in 0..self.pieces.len() {
                self.read_piece(metric, &raw.as_bytes()[self.pieces[i].clone()], intern, tokens);
            }
        } else {
            tokens.extend_from_slice(of_lines);
        }
    }

    fn read_piece(
        &mut self,
        metric: &Rouge155,
        piece: &[u8],
        intern: bool,
        ids: &mut Vec<TokenId>,
    ) {
        let Self { words, stems, replaced, rewritten, vocabulary, .. } = self;
        let piece = ascii_words(piece);
        let tokenizer = |stemmer| Tokenizer {
            scheme: Scheme::Rouge,
            lowercase: true,
            stemmer,
            sentences: SentenceSplit::Whole,
        };
        // What the measurer refuses as too long does not come here.
        let _ = stems.cut(&tokenizer(metric.stemmer), &piece);
        let exceptions = metric.exceptions.as_ref().filter(|_| metric.stemmer != Stemmer::None);
        let mut number = |tokens: &Tokens| {
            if intern { vocabulary.intern(tokens, ids) } else { vocabulary.look_up(tokens, ids) }
        };
        if metric.stop_words.is_none() && exceptions.is_none() {
            number(stems);
            return;
        }
        let _ = words.cut(&tokenizer(Stemmer::None), &piece);
        rewritten.clear();
        let plain = Tokenizer { scheme: Scheme::None, ..Tokenizer::default() };
        let mut take = |rewritten: &mut String| {
            let _ = replaced.cut(&plain, rewritten);
            number(replaced);
            rewritten.clear();
        };
        for (word, stem) in words.iter().zip(stems.iter()) {
            if metric.stop_words.as_ref().is_some_and(|list| list.contains(word)) {
                continue;
            }
            let exception = exceptions.filter(|_| word.len() > 3).and_then(|e| e.get(word));
            rewritten.extend([exception.unwrap_or(stem), " "]);
            // However long the words are that exceptions stand for.
            if rewritten.len() > ENOUGH {
                take(rewritten);
            }
        }
        take(rewritten);
    }
}

/// So many bytes of rewritten text are read at a time.
const ENOUGH: usize = 1 << 20;

/// The text without its two characters that ROUGE's scheme would make ASCII letters of, which
/// ROUGE-1.5.5 does not. Where bytes were cut in the middle of a character, that is no letter
/// either.
fn ascii_words(piece: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(piece);
    let special = ['\u{130}', '\u{212a}'];
    if text.is_ascii() || !text.contains(special) {
        text
    } else {
        text.replace(special, " ").into()
    }
}

/// The places of what the limit leaves of a text's lines, empty lines left out.
///
/// Lines are taken whole as long as their sum stays below the limit; the next is cut to what is
/// missing, and ends the text. Without `cumulative` a limit in bytes is held against each line by
/// itself, as ROUGE-1.5.5 does it for common subsequences.
fn limited_lines(raw: &str, limit: LengthLimit, cumulative: bool, pieces: &mut Vec<Range<usize>>) {
    SentenceSplit::Newline.split(raw, pieces);
    let mut sum = 0;
    for i in 0..pieces.len() {
        let Range { start, end } = pieces[i];
        let line = &raw.as_bytes()[start..end];
        let (length, most) = match limit {
            LengthLimit::None => return,
            LengthLimit::Words(most) => (fields(line).count(), most as usize),
            LengthLimit::Bytes(most) => (line.len(), most as usize),
        };
        if sum + length < most {
            if cumulative || matches!(limit, LengthLimit::Words(_)) {
                sum += length;
            }
            continue;
        }
        let left = most.saturating_sub(sum);
        let kept = match limit {
            LengthLimit::Words(_) => {
                left.checked_sub(1).and_then(|last| fields(line).nth(last)).map_or(0, |f| f.end)
            }
            _ => left.min(line.len()),
        };
        pieces[i].end = start + kept;
        pieces.truncate(i + 1);
        return;
    }
}

/// The words of a line between ASCII white space; one that begins with white space has an empty
/// word first, which counts.
fn fields(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ');
    let trimmed = line.len() - line.iter().rev().take_while(|byte| is_space(byte)).count();
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= trimmed {
            return None;
        }
        let start = at;
        let end = line[start..trimmed].iter().position(is_space).map_or(trimmed, |n| start + n);
        at = end + line[end..trimmed].iter().take_while(|byte| is_space(byte)).count();
        Some(start..end)
    })
}

impl Metric for Rouge155 {
    type Prepared = Rouge155References;
    type Stats = RougeStats;

    fn spec(&self) -> Spec {
        let Self {
            kind,
            stemmer,
            exceptions,
            stop_words,
            limit,
            multi_reference: _,
            alpha: _,
            bootstrap,
        } = self;
        let mut signature = Signature::default();
        signature.push("profile", "rouge155");
        signature.push("stem", stemmer.name());
        if let Some(exceptions) = exceptions {
            signature.push("exceptions", exceptions.fingerprint());
        }
        if let Some(stop_words) = stop_words {
            signature.push("stop", stop_words.fingerprint());
        }
        match limit {
            LengthLimit::None => {}
            LengthLimit::Words(words) => signature.push("words", words.to_string()),
            LengthLimit::Bytes(bytes) => signature.push("bytes", bytes.to_string()),
        }
        kind.sign(&mut signature);
        signature.push("multi", if self.takes_best_recall() { "max-r" } else { "micro" });
        signature.push("alpha", self.alpha().to_string());
        stats::sign(*bootstrap, &mut signature);
        Spec {
            name: kind.name(),
            title: kind.title(),
            tokenizer: None,
            direction: Direction::Higher,
            scale: 1.0,
            bootstrap: *bootstrap,
            decimals: DECIMALS,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        RougeStats::columns()
    }

    fn prepare(&self, references: References<'_>, prepared: &mut Rouge155References) {
        let Rouge155References { kernels, reader, references: texts, unread, .. } = prepared;
        reader.vocabulary.clear();
        *unread = false;
        for (i, reference) in references.iter().enumerate() {
            if texts.len() <= i {
                texts.push(LimitedText::default());
            }
            reader.read(self, reference.raw, true, &mut texts[i]);
            *unread |= is_unseen(reference.raw);
        }
        let distinct = reader.vocabulary.len();
        match self.kind {
            RougeType::N(order) => {
                for (i, text) in texts[..references.iter().count()].iter().enumerate() {
                    kernels.prepare_ngrams(i, order.clamp(1, 9), distinct, &text.tokens);
                }
            }
            _ => kernels.union.reset(distinct),
        }
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        prepared: &mut Rouge155References,
    ) -> RougeStats {
        prepared.reader.read(self, hypothesis.raw, false, &mut prepared.hypothesis);
        let unread = prepared.unread || is_unseen(hypothesis.raw);
        let (mut chosen, mut best) = (Overlap::default(), -1.0);
        for i in 0..references.iter().count() {
            let (overlap, score) = self.overlap(prepared, i);
            if !self.takes_best_recall() {
                chosen += overlap;
            } else if score > best {
                (chosen, best) = (overlap, score);
            }
        }
        let weigh = |hits, of| self.kind.unweighted(share(hits, of));
        let precision = round5(weigh(chosen.hits, chosen.of_hypothesis));
        let recall = round5(weigh(chosen.hits, chosen.of_reference));
        let alpha = self.alpha();
        let weighted = (1.0 - alpha) * precision + alpha * recall;
        let fmeasure = if weighted > 0.0 { round5(precision * recall / weighted) } else { 0.0 };
        RougeStats {
            precision: precision.into(),
            recall: recall.into(),
            fmeasure: fmeasure.into(),
            segments: 1,
            unread: u64::from(unread),
            divided: 0,
        }
    }

    fn score(&self, sum: &RougeStats) -> Score {
        sum.score()
    }

    fn remarks(&self, sum: &RougeStats) -> Vec<String> {
        let RougeStats { segments, unread, .. } = *sum;
        let unread = (unread > 0).then(|| {
            format!(
                "{unread} of {segments} segments have a text most of whose letters count for \
                 nothing: ROUGE keeps only a-z and 0-9; --profile google --tokenize unicode-words \
                 reads every script"
            )
        });
        unread.into_iter().collect()
    }

    fn describe(&self, score: &Score) -> String {
        stats::describe(score, DECIMALS)
    }
}
