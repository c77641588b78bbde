//! Pieces of words, as a trained tokenizer cuts them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use genai_bpe::Tokenizer;

use crate::fingerprint::fingerprint;

/// A trained tokenizer as a scheme of tokenisation: the pieces that it cuts a text into.
///
/// A text becomes its pieces, as the tokenizer's tool writes them, with spaces between; what stands between white
/// space then is a token. With a `SentencePiece` model this is what sacreBLEU 2.6.0 does for spBLEU. The pieces of a
/// byte-level tokenizer are written in the characters of its vocabulary (`Ġthe`): some are parts of characters,
/// and have no other spelling. The text of special tokens is text like any other.
///
/// Cloning is cheap. Two of them are equal if they sign alike.
///
/// ```
/// use genai_metrics::{Tokenizer, text::{Scheme, Subwords}};
/// # let base64 = |byte: u8| {
/// #     let digit = |n: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[n as usize] as char;
/// #     format!("{}{}==", digit(byte >> 2), digit(byte % 4 * 16))
/// # };
/// # let ranks: String = (0..=255u8).map(|byte| format!("{} {byte}\n", base64(byte))).collect();
/// # let ranks = format!("{ranks}YWI= 256\n"); // "ab"
/// let loaded = genai_bpe::Tokenizer::from_tiktoken(ranks.as_bytes(), "cl100k_base").unwrap();
/// let subwords = Subwords::of_files(loaded, [ranks.as_bytes()]);
/// assert_eq!(subwords.to_string(), "bpe[64e88c0a004c]");
/// let tokenizer = Tokenizer { scheme: Scheme::Subwords(subwords), ..Tokenizer::default() };
/// assert_eq!(tokenizer.line("ab é")?, "ab Ġ Ã ©");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone)]
pub struct Subwords(Arc<Shared>);

struct Shared {
    tokenizer: Tokenizer,
    /// One of [`Subwords::PREFIXES`].
    prefix: &'static str,
    /// What it is in signatures.
    name: String,
    /// The pieces by their ids, each written when it is first met.
    pieces: Box<[OnceLock<Box<str>>]>,
}

impl Subwords {
    /// What comes before the file on the command line, and before the fingerprint in signatures: tokenizers of any
    /// kind, and those of `SentencePiece`.
    pub const PREFIXES: [&str; 2] = ["bpe", "spm"];

    /// What the tokenizers of each prefix are, in one line.
    pub const SUMMARIES: [&str; 2] = [
        "pieces of a BPE tokenizer: tokenizer.json, vocab.json, *.tiktoken, codes of subword-nmt",
        "pieces of a SentencePiece model; with that of FLORES-200 BLEU is spBLEU",
    ];

    /// A tokenizer with what tells it from others in signatures: what its files hold.
    pub fn of_files<'a>(tokenizer: Tokenizer, files: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::named(tokenizer, &fingerprint(files))
    }

    /// A tokenizer with a name that tells it from others in signatures, if it comes from no file.
    pub fn named(tokenizer: Tokenizer, name: &str) -> Self {
        let [bpe, spm] = Self::PREFIXES;
        let prefix = if tokenizer.family() == "SentencePiece" { spm } else { bpe };
        let pieces = (0..tokenizer.id_bound()).map(|_| OnceLock::new()).collect();
        Self(Arc::new(Shared { prefix, name: format!("{prefix}[{name}]"), tokenizer, pieces }))
    }

    /// The kind of tokenizer: `bpe` or `spm`.
    pub fn prefix(&self) -> &'static str {
        self.0.prefix
    }

    /// Puts the text's pieces in its place, with spaces between.
    pub(super) fn rewrite(&self, text: &mut String, spare: &mut String, ids: &mut Vec<u32>) {
        let Shared { tokenizer, pieces, .. } = &*self.0;
        let mut encoder = tokenizer.encoder();
        ids.clear();
        encoder.encode_into(text, ids);
        let mut join = |piece: &str| {
            if !spare.is_empty() {
                spare.push(' ');
            }
            spare.push_str(piece);
        };
        if tokenizer.unknown_id().is_some_and(|unknown| ids.contains(&unknown)) {
            // Some tools print the text itself where no piece is known.
            encoder.encode_pieces(text).iter().for_each(|piece| join(piece));
        } else {
            let piece = |&id: &u32| {
                let piece = pieces.get(id as usize)?;
                Some(&**piece.get_or_init(|| tokenizer.token(id).unwrap_or_default().into()))
            };
            ids.iter().filter_map(piece).for_each(join);
        }
        text.clear();
        std::mem::swap(text, spare);
    }
}

/// As it stands in signatures: `bpe[0123456789ab]`.
impl fmt::Display for Subwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

impl fmt::Debug for Subwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subwords({self})")
    }
}

impl PartialEq for Subwords {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Subwords {}

impl Hash for Subwords {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}
