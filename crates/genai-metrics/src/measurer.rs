//! Segments to rows: each text is cut once for each tokenizer, however many metrics share it.

use std::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::metric::{Scorer, Worker};
use crate::segment::{ReferenceEnd, References, Text};
use crate::text::{Characters, LIMIT, TokenId, Tokenizer, Tokens, Vocabulary};

/// One thread's machinery for measuring segments with a set of metrics.
///
/// It is fed segment by segment: first the references, then the hypothesis of each system. After
/// the first segments it allocates nothing, unless for texts of hundreds of tokens.
///
/// ```
/// use genai_metrics::{Bleu, Measurer, Scorer};
/// let bleu = Bleu::default();
/// let mut measurer = Measurer::new([&bleu as &dyn Scorer]);
/// let mut row = vec![0.0; measurer.width()];
/// let mut segment = measurer.prepare(&[Some("the cat sat on the mat")])?;
/// segment.measure("the cat sat", &mut row)?;
/// assert_eq!(row, [3.0, 6.0, 3.0, 2.0, 1.0, 0.0, 3.0, 2.0, 1.0, 0.0]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
pub struct Measurer<'m> {
    cuts: Vec<Cut>,
    metrics: Vec<MetricPlace<'m>>,
    /// Where rows that were measured for another metric stand, and where they go.
    copies: Vec<(Range<usize>, usize)>,
    width: usize,
    needs_references: bool,
}

struct MetricPlace<'m> {
    worker: Box<dyn Worker + 'm>,
    /// Which of the cuts it reads; none if it reads raw text.
    cut: Option<usize>,
    columns: std::ops::Range<usize>,
}

impl std::fmt::Debug for Measurer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Measurer").field("width", &self.width).finish_non_exhaustive()
    }
}

impl<'m> Measurer<'m> {
    /// A measurer for these metrics; their rows lie side by side in this order.
    pub fn new(scorers: impl IntoIterator<Item = &'m dyn Scorer>) -> Self {
        let mut cuts: Vec<Cut> = Vec::new();
        let mut needs_references = false;
        let (mut metrics, mut copies, mut width) = (Vec::new(), Vec::new(), 0);
        let mut shared: Vec<(String, Range<usize>)> = Vec::new();
        for scorer in scorers {
            needs_references |= scorer.needs_references();
            let columns = width..width + scorer.columns().len();
            width = columns.end;
            if let Some(rows) = scorer.rows() {
                if let Some((_, measured)) = shared.iter().find(|(known, _)| *known == rows) {
                    copies.push((measured.clone(), columns.start));
                    continue;
                }
                shared.push((rows, columns.clone()));
            }
            let cut = scorer.spec().tokenizer.map(|tokenizer| {
                cuts.iter().position(|cut| cut.tokenizer == tokenizer).unwrap_or_else(|| {
                    cuts.push(Cut::new(tokenizer));
                    cuts.len() - 1
                })
            });
            metrics.push(MetricPlace { worker: scorer.worker(), cut, columns });
        }
        Self { cuts, metrics, copies, width, needs_references }
    }

    /// The number of columns of all metrics together.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Prepares the references of the next segment, for the hypotheses of any number of systems.
    ///
    /// # Errors
    /// [`ErrorKind::NoReference`] if all are missing and a metric needs one,
    /// [`ErrorKind::SegmentTooLong`].
    pub fn prepare<'r>(
        &'r mut self,
        references: &'r [Option<&'r str>],
    ) -> Result<Prepared<'r, 'm>, Error> {
        if self.needs_references && references.iter().all(Option::is_none) {
            return Err(Error::new(ErrorKind::NoReference));
        }
        refuse_from_limit(references.iter().flatten().map(|reference| reference.len()).sum())?;
        for cut in &mut self.cuts {
            cut.prepare(references)?;
        }
        for place in &mut self.metrics {
            place.worker.prepare(Cut::view(&self.cuts, place.cut, references));
        }
        Ok(Prepared { measurer: self, references })
    }
}

fn refuse_from_limit(bytes: usize) -> Result<(), Error> {
    if bytes >= LIMIT {
        return Err(Error::new(ErrorKind::SegmentTooLong { bytes }));
    }
    Ok(())
}

/// A [`Measurer`] that has a segment's references before it.
///
/// ```
/// use genai_metrics::{Bleu, Measurer, Scorer};
/// let bleu = Bleu { max_order: 1, ..Bleu::default() };
/// let mut measurer = Measurer::new([&bleu as &dyn Scorer]);
/// let mut segment = measurer.prepare(&[Some("a b c"), None, Some("a b")])?;
/// let mut rows = [[0.0; 4]; 2];
/// for (row, hypothesis) in rows.iter_mut().zip(["a b d", "c"]) {
///     segment.measure(hypothesis, row)?;
/// }
/// assert_eq!(rows, [[3.0, 3.0, 2.0, 3.0], [1.0, 2.0, 1.0, 1.0]]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Debug)]
pub struct Prepared<'r, 'm> {
    measurer: &'r mut Measurer<'m>,
    references: &'r [Option<&'r str>],
}

impl Prepared<'_, '_> {
    /// Writes the row of one hypothesis against the references.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`], and what metrics cannot measure.
    ///
    /// # Panics
    /// If the row is narrower than [`Measurer::width`].
    pub fn measure(&mut self, hypothesis: &str, row: &mut [f64]) -> Result<(), Error> {
        // Metrics that read raw text rely on it, too.
        refuse_from_limit(hypothesis.len())?;
        let Measurer { cuts, metrics, copies, .. } = &mut *self.measurer;
        for cut in &mut *cuts {
            cut.read(hypothesis)?;
        }
        for place in metrics {
            let cut = place.cut.map(|cut| &cuts[cut]);
            place.worker.measure(
                Text {
                    raw: hypothesis,
                    tokens: cut.map_or(&[], |cut| &cut.hypothesis),
                    sentence_ends: cut.map_or(&[], |cut| &cut.hypothesis_sentences),
                    unread: cut.is_some_and(|cut| cut.hypothesis_unread),
                },
                Cut::view(cuts, place.cut, self.references),
                &mut row[place.columns.clone()],
            )?;
        }
        for (measured, to) in copies {
            row.copy_within(measured.clone(), *to);
        }
        Ok(())
    }

    /// Appends what metrics keep of the last hypothesis beside its row, by their recorder of that
    /// number.
    pub fn record(&mut self, recorder: usize, out: &mut Vec<u8>) {
        for place in &mut self.measurer.metrics {
            place.worker.record(recorder, out);
        }
    }
}

/// The texts of the segment at hand, as one tokenizer cuts them.
#[derive(Debug)]
struct Cut {
    tokenizer: Tokenizer,
    sentences: Vec<Range<usize>>,
    tokens: Tokens,
    vocabulary: Vocabulary,
    /// In place of the vocabulary where tokens are single characters: their ids need no hashes, and
    /// no places in the text.
    characters: Option<Characters>,
    references: Vec<TokenId>,
    reference_sentences: Vec<usize>,
    ends: Vec<ReferenceEnd>,
    hypothesis: Vec<TokenId>,
    hypothesis_sentences: Vec<usize>,
    hypothesis_unread: bool,
}

impl Cut {
    fn new(tokenizer: Tokenizer) -> Self {
        let characters = tokenizer.is_of_characters().then(Characters::default);
        Self {
            tokenizer,
            sentences: Vec::new(),
            tokens: Tokens::default(),
            vocabulary: Vocabulary::default(),
            characters,
            references: Vec::new(),
            reference_sentences: Vec::new(),
            ends: Vec::new(),
            hypothesis: Vec::new(),
            hypothesis_sentences: Vec::new(),
            hypothesis_unread: false,
        }
    }

    fn prepare(&mut self, references: &[Option<&str>]) -> Result<(), Error> {
        self.vocabulary.clear();
        self.characters.iter_mut().for_each(Characters::clear);
        self.references.clear();
        self.reference_sentences.clear();
        self.ends.clear();
        for reference in references.iter().flatten() {
            let first = self.references.len();
            self.tokenizer.sentences.split(reference, &mut self.sentences);
            for sentence in &self.sentences {
                let sentence = &reference[sentence.clone()];
                if let Some(characters) = &mut self.characters {
                    let text = self.tokens.rewritten(&self.tokenizer, sentence)?;
                    characters.intern(text, &mut self.references);
                } else {
                    self.tokens.cut_reference(&self.tokenizer, sentence)?;
                    self.vocabulary.intern(&self.tokens, &mut self.references);
                }
                self.reference_sentences.push(self.references.len() - first);
            }
            let sentences = self.reference_sentences.len();
            let tokens = self.references.len();
            let unread = self.tokenizer.leaves_out(reference, tokens - first);
            self.ends.push(ReferenceEnd { tokens, sentences, unread });
        }
        Ok(())
    }

    fn read(&mut self, hypothesis: &str) -> Result<(), Error> {
        self.hypothesis.clear();
        self.hypothesis_sentences.clear();
        self.tokenizer.sentences.split(hypothesis, &mut self.sentences);
        for sentence in &self.sentences {
            let sentence = &hypothesis[sentence.clone()];
            if let Some(characters) = &self.characters {
                let text = self.tokens.rewritten(&self.tokenizer, sentence)?;
                characters.look_up(text, &mut self.hypothesis);
            } else {
                self.tokens.cut(&self.tokenizer, sentence)?;
                self.vocabulary.look_up(&self.tokens, &mut self.hypothesis);
            }
            self.hypothesis_sentences.push(self.hypothesis.len());
        }
        self.hypothesis_unread = self.tokenizer.leaves_out(hypothesis, self.hypothesis.len());
        Ok(())
    }

    /// How many ids there are.
    fn distinct(&self) -> usize {
        self.characters.as_ref().map_or_else(|| self.vocabulary.len(), Characters::len)
    }

    fn view<'a>(
        cuts: &'a [Self],
        cut: Option<usize>,
        texts: &'a [Option<&'a str>],
    ) -> References<'a> {
        match cut.map(|cut| &cuts[cut]) {
            None => References { texts, tokens: &[], sentence_ends: &[], ends: &[], distinct: 0 },
            Some(cut) => References {
                texts,
                tokens: &cut.references,
                sentence_ends: &cut.reference_sentences,
                ends: &cut.ends,
                distinct: cut.distinct(),
            },
        }
    }
}
