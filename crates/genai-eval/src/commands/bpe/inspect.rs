//! `genai-eval bpe inspect`: what a tokenizer is made of.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_bpe::{Encoder, Pattern, Special, Tokenizer};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;

use super::RunArguments;
use super::vocabulary::{VocabularyArguments, sha256_of};
use crate::read::hexadecimal;
use crate::report::{Side, write_table};
use crate::{Outcome, engine};

#[derive(Args, Debug)]
struct Arguments {
    #[command(flatten)]
    vocabulary: VocabularyArguments,
    /// Only this token, as the tool writes it (Ġthe) or as text; again for more
    #[arg(long, value_name = "TEXT", help_heading = "Look up")]
    token: Vec<String>,
    /// Only the token with this id; again for more
    #[arg(long, value_name = "N", help_heading = "Look up")]
    id: Vec<u32>,
    /// Tokens shown of each list; 0 for all
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Output")]
    show: usize,
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], hide_possible_values = true, help_heading = "Output")]
    format: String,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(
        Command::new("inspect").about("Show what a tokenizer is made of, or look tokens up").after_long_help(
            "The alphabet is what tokens of one character are there, as the tool writes them. A token \
             is unreachable if its own text does not encode to it: not alone, nor after a space or a \
             line feed, nor beside a character for private use, which no token should know. Tokens \
             that are part of a character, or whose text depends on their neighbours, are not tried. \
             A look-up that finds nothing is an error.\n\n\
             Examples:\n  genai-eval bpe inspect --vocab tokenizer.json\n  \
             genai-eval bpe inspect --vocab cl100k_base --token ' the' --id 100257\n  \
             genai-eval bpe inspect --vocab spm.model --format json --show 0",
        ),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let output = arguments.run.open_output(&[])?;
    let tokenizer = arguments.vocabulary.load()?;
    let json = arguments.format == "json";
    if !arguments.token.is_empty() || !arguments.id.is_empty() {
        let tokens = look_up(&tokenizer, &arguments.token, &arguments.id)?;
        output.write(|out| {
            if json {
                write_json("genai-eval/bpe-tokens/1", Tokens { tokens }, out)
            } else {
                write_tokens(&tokens, out)
            }
        })?;
        return Ok(Outcome::Success);
    }
    let pool = engine::pool(arguments.run.threads)?;
    let findings = pool.install(|| examine(&tokenizer, &arguments));
    output.write(|out| {
        if json {
            write_json("genai-eval/bpe-inspect/1", findings, out)
        } else {
            findings.write_text(out)
        }
    })?;
    Ok(Outcome::Success)
}

/// A token and what is known of it.
#[derive(Clone, Debug, Serialize)]
struct Token {
    id: u32,
    /// As the tool writes it.
    #[serde(rename = "token")]
    written: String,
    /// What it adds to a text, if that is text.
    text: Option<String>,
    /// In hexadecimal.
    bytes: Option<String>,
    special: bool,
    /// None if it was not tried.
    reachable: Option<bool>,
}

impl Token {
    fn of(id: u32, tokenizer: &Tokenizer, special: &[(&str, u32)]) -> Option<Self> {
        let written = tokenizer.token(id)?.into_owned();
        let bytes = tokenizer.token_bytes(id);
        let special = special.iter().any(|(_, special)| *special == id);
        Some(Self {
            id,
            written,
            text: bytes.as_deref().and_then(text_of),
            bytes: bytes.as_deref().map(hexadecimal),
            special,
            reachable: (!special)
                .then(|| is_reachable(id, tokenizer, &mut tokenizer.encoder()))
                .flatten(),
        })
    }
}

fn text_of(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn look_up(tokenizer: &Tokenizer, tokens: &[String], ids: &[u32]) -> Result<Vec<Token>> {
    let special = tokenizer.special_tokens();
    let mut found = Vec::new();
    for text in tokens {
        let by_text = || {
            let mut ids = 0..id_bound(tokenizer);
            ids.find(|&id| tokenizer.token_bytes(id).as_deref() == Some(text.as_bytes()))
        };
        let id = tokenizer.id(text).or_else(by_text);
        let Some(token) = id.and_then(|id| Token::of(id, tokenizer, &special)) else {
            bail!("no token is {text:?}; as text it is the ids {:?}", tokenizer.encode(text));
        };
        found.push(token);
    }
    for &id in ids {
        let Some(token) = Token::of(id, tokenizer, &special) else {
            bail!("no token has the id {id}; ids are below {}", tokenizer.id_bound());
        };
        found.push(token);
    }
    Ok(found)
}

fn id_bound(tokenizer: &Tokenizer) -> u32 {
    u32::try_from(tokenizer.id_bound()).unwrap_or(u32::MAX)
}

/// Texts put before and after a token's own, until one makes the token appear: nothing; what a
/// word begins after; a character that no vocabulary should have, so that nothing merges with it.
const NEIGHBOURS: [(&str, &str); 6] =
    [("", ""), (" ", ""), ("\n", ""), ("\u{f8ff}", ""), ("", "\u{f8ff}"), ("\u{f8ff}", "\u{f8ff}")];

/// Whether a token's own text encodes to it, alone or beside others; none if it has no text.
fn is_reachable(id: u32, tokenizer: &Tokenizer, encoder: &mut Encoder<'_>) -> Option<bool> {
    let own = text_of(&tokenizer.token_bytes(id)?)?;
    Some(NEIGHBOURS.iter().any(|(before, after)| {
        let text = [before, own.as_str(), after].concat();
        let encoding = encoder.encode_with_offsets(&text, Special::Ordinary).unwrap_or_default();
        // Where a tool puts the space before a word into its token, it may be the one before.
        let earliest = before.len().saturating_sub(1);
        let mut tokens = encoding.ids.iter().zip(&encoding.offsets);
        tokens.any(|(&found, &(start, end))| {
            found == id && start >= earliest && end <= before.len() + own.len()
        })
    }))
}

/// All that is shown.
#[derive(Debug, Serialize)]
struct Findings {
    vocab: String,
    sha256: Option<String>,
    family: &'static str,
    /// None where more than one pattern, or something else, cuts texts.
    pattern: Option<&'static str>,
    tokens: usize,
    id_bound: usize,
    alphabet: usize,
    byte_fallback: usize,
    unknown: Option<u32>,
    special_tokens: Vec<SpecialToken>,
    longest: Vec<Token>,
    /// How many tokens have how many bytes.
    lengths: Vec<Length>,
    unreachable: usize,
    unreachable_tokens: Vec<Token>,
    /// Tokens whose bytes are no text by themselves.
    parts_of_characters: usize,
    /// Tokens whose bytes depend on their neighbours.
    without_bytes: usize,
}

#[derive(Debug, Serialize)]
struct SpecialToken {
    id: u32,
    token: String,
}

#[derive(Debug, Serialize)]
struct Length {
    bytes: usize,
    tokens: usize,
}

fn examine(tokenizer: &Tokenizer, arguments: &Arguments) -> Findings {
    let special = tokenizer.special_tokens();
    let show = if arguments.show == 0 { usize::MAX } else { arguments.show };
    let token = |id: u32| Token::of(id, tokenizer, &special);
    let is_special = |id: u32| special.iter().any(|(_, special)| *special == id);
    let (mut alphabet, mut byte_fallback, mut tokens) = (0, 0, 0);
    let (mut parts, mut without_bytes) = (0, 0);
    let mut lengths = BTreeMap::new();
    let mut by_length: Vec<(usize, u32)> = Vec::new();
    let mut ordinary: Vec<u32> = Vec::new();
    for id in 0..id_bound(tokenizer) {
        let Some(written) = tokenizer.token(id) else { continue };
        tokens += 1;
        if is_special(id) {
            continue;
        }
        if tokenizer.is_byte_fallback(id) {
            byte_fallback += 1;
            continue;
        }
        if Some(id) == tokenizer.unknown_id() {
            continue;
        }
        ordinary.push(id);
        alphabet += usize::from(written.chars().count() == 1);
        let Some(bytes) = tokenizer.token_bytes(id) else {
            without_bytes += 1;
            continue;
        };
        *lengths.entry(bytes.len()).or_insert(0) += 1;
        by_length.push((bytes.len(), id));
        parts += usize::from(text_of(&bytes).is_none());
    }
    by_length.sort_unstable_by(|one, other| (other.0, one.1).cmp(&(one.0, other.1)));
    let unreachable: Vec<u32> = ordinary
        .into_par_iter()
        .map_init(
            || tokenizer.encoder(),
            |encoder, id| (is_reachable(id, tokenizer, encoder) == Some(false)).then_some(id),
        )
        .flatten()
        .collect();
    let mut special_tokens: Vec<SpecialToken> =
        special.iter().map(|&(token, id)| SpecialToken { id, token: token.to_owned() }).collect();
    special_tokens.sort_by_key(|token| token.id);
    Findings {
        vocab: arguments.vocabulary.vocabulary.clone(),
        sha256: sha256_of(&arguments.vocabulary.vocabulary),
        family: tokenizer.family(),
        pattern: tokenizer.pattern().map(Pattern::name),
        tokens,
        id_bound: tokenizer.id_bound(),
        alphabet,
        byte_fallback,
        unknown: tokenizer.unknown_id(),
        special_tokens,
        longest: by_length.iter().take(show).filter_map(|&(_, id)| token(id)).collect(),
        lengths: lengths.into_iter().map(|(bytes, tokens)| Length { bytes, tokens }).collect(),
        unreachable: unreachable.len(),
        unreachable_tokens: unreachable.iter().take(show).filter_map(|&id| token(id)).collect(),
        parts_of_characters: parts,
        without_bytes,
    }
}

impl Findings {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let row = |name: &str, value: String| vec![name.to_owned(), value];
        let mut rows = vec![
            row("tokenizer", self.vocab.clone()),
            row("family", self.family.to_owned()),
            row("pattern", self.pattern.unwrap_or("-").to_owned()),
            row("tokens", format!("{}, ids below {}", self.tokens, self.id_bound)),
            row("alphabet", format!("{} tokens of one character", self.alphabet)),
        ];
        if self.byte_fallback > 0 {
            let bytes = format!("{} tokens for bytes of other characters", self.byte_fallback);
            rows.push(row("byte fallback", bytes));
        }
        if let Some(id) = self.unknown {
            rows.push(row("unknown", format!("id {id}")));
        }
        let special: Vec<String> =
            self.special_tokens.iter().map(|s| format!("{} {:?}", s.id, s.token)).collect();
        rows.push(row("special tokens", format!("{} {}", special.len(), special.join(", "))));
        rows.push(row("parts of characters", self.parts_of_characters.to_string()));
        if self.without_bytes > 0 {
            rows.push(row("without bytes", format!("{} depend on neighbours", self.without_bytes)));
        }
        rows.push(row("unreachable", self.unreachable.to_string()));
        write_table(&[Side::Left, Side::Left], &rows, out)?;
        for (title, tokens) in
            [("longest tokens", &self.longest), ("unreachable tokens", &self.unreachable_tokens)]
        {
            if !tokens.is_empty() {
                writeln!(out, "\n{title}")?;
                write_tokens(tokens, out)?;
            }
        }
        writeln!(out, "\nlengths")?;
        let mut bins: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for Length { bytes, tokens } in &self.lengths {
            *bins.entry(bin(*bytes)).or_insert(0) += tokens;
        }
        let heading = vec!["bytes".to_owned(), "tokens".to_owned()];
        let rows = bins.iter().map(|(&(least, most), tokens)| {
            let bytes = if least == most { least.to_string() } else { format!("{least}-{most}") };
            vec![bytes, tokens.to_string()]
        });
        let rows: Vec<_> = std::iter::once(heading).chain(rows).collect();
        write_table(&[Side::Right, Side::Right], &rows, out)
    }
}

/// The lengths that share a line with this one: up to 8 each has its own, then it is as many as
/// there are below.
fn bin(length: usize) -> (usize, usize) {
    const ALONE: usize = 8;
    if length <= ALONE {
        return (length, length);
    }
    let most = length.next_power_of_two();
    (most / 2 + 1, most)
}

fn write_tokens(tokens: &[Token], out: &mut dyn Write) -> io::Result<()> {
    let heading = ["id", "bytes", "token", "text", ""].map(str::to_owned).to_vec();
    let rows = tokens.iter().map(|token| {
        let bytes = token.bytes.as_ref().map_or("-".to_owned(), |b| (b.len() / 2).to_string());
        let text = token.text.as_ref().map_or("-".to_owned(), |text| format!("{text:?}"));
        let kind = match token.reachable {
            _ if token.special => "special",
            Some(false) => "unreachable",
            _ => "",
        };
        vec![token.id.to_string(), bytes, format!("{:?}", token.written), text, kind.to_owned()]
    });
    let rows: Vec<_> = std::iter::once(heading).chain(rows).collect();
    write_table(&[Side::Right, Side::Right, Side::Left, Side::Left, Side::Left], &rows, out)
}

#[derive(Serialize)]
struct Document<T> {
    schema: &'static str,
    tool: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Tokens {
    tokens: Vec<Token>,
}

fn write_json(
    schema: &'static str,
    content: impl Serialize,
    out: &mut dyn Write,
) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { schema, tool: crate::TOOL, content })?;
    writeln!(out)
}
