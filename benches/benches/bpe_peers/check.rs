//! Equality first: which peers give the reference's ids, and for what input the others don't.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};

use crate::measured::{Machine, finish};
use crate::peers::REFERENCE;
use crate::vocabulary::Vocabulary;

/// What peers make of a text; none if they crash or never end.
type Ids = Option<Vec<u32>>;

/// What a peer makes of each text.
fn answers(
    peer: &str,
    vocabulary: Vocabulary,
    folder: &Path,
    file: &Path,
    texts: usize,
    machine: &Machine,
) -> Result<Vec<Ids>> {
    let mut answers: Vec<Ids> = Vec::with_capacity(texts);
    let answered = folder.join("answers.jsonl");
    while answers.len() < texts {
        let mut command = machine.command(peer, "ids")?;
        command.args(["--vocabulary", vocabulary.short_name()]);
        command.arg("--folder").arg(folder).arg("--text").arg(file);
        command.args(["--first", &answers.len().to_string()]);
        let failed = finish(&mut command, machine.limit, Some(&answered)).is_err();
        for line in std::fs::read_to_string(&answered)?.lines() {
            // The last line of a process that was ended may be cut off.
            let Ok(ids) = serde_json::from_str(line) else { break };
            answers.push(Some(ids));
        }
        if failed && answers.len() < texts {
            answers.push(None);
        }
        if !failed {
            break;
        }
    }
    answers.resize(texts, None);
    Ok(answers)
}

/// A text in a table's cell.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(16).flat_map(char::escape_debug).collect();
    if shown.len() < text.len() && text.chars().count() > 16 {
        shown = format!("{shown}… ({} bytes)", text.len());
    }
    format!("`{}`", shown.replace('|', "\\|").replace('`', "'"))
}

/// Says who is wrong where; the peers by name with how many texts they get wrong.
pub(crate) fn check(
    peers: &[(String, String)],
    vocabulary: Vocabulary,
    folder: &Path,
    texts: &[String],
    machine: &Machine,
) -> Result<HashMap<String, usize>> {
    let file = folder.join("traps.json");
    std::fs::write(&file, serde_json::to_string(texts)?)?;
    let of = |peer: &str| answers(peer, vocabulary, folder, &file, texts.len(), machine);
    let mut right = of(REFERENCE).context(REFERENCE)?;
    // It may be the reference that crashes.
    if right.iter().any(Option::is_none) {
        let second = of("bpe-openai")?;
        for (right, second) in right.iter_mut().zip(second) {
            if right.is_none() {
                *right = second;
            }
        }
    }
    println!("\n### Ids of {} traps, {}\n", texts.len(), vocabulary.short_name());
    println!("| peer | wrong | crashes | for example |");
    println!("|---|---|---|---|");
    let mut wrong_peers = HashMap::new();
    for (peer, version) in peers {
        let answers = of(peer).with_context(|| peer.clone())?;
        let mut wrong: Vec<(&str, &Ids)> = texts
            .iter()
            .zip(&answers)
            .zip(&right)
            .filter(|((_, answer), right)| answer != right)
            .map(|((text, answer), _)| (text.as_str(), answer))
            .collect();
        wrong.sort_by_key(|(text, _)| text.len());
        let crashes = wrong.iter().filter(|(_, answer)| answer.is_none()).count();
        let mut examples: Vec<String> = wrong.iter().take(2).map(|(text, _)| shown(text)).collect();
        // The longest tells of another fault, if there is one.
        if wrong.len() > 2 {
            examples.extend(wrong.last().map(|(text, _)| shown(text)));
        }
        println!(
            "| {peer} {version} | {} | {crashes} | {} |",
            wrong.len() - crashes,
            examples.join(", ")
        );
        if !wrong.is_empty() {
            wrong_peers.insert(peer.clone(), wrong.len());
        }
    }
    Ok(wrong_peers)
}
