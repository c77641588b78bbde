//! The bytes of a packed vocabulary. The build script includes this file, so it names nothing of
//! the crate.

/// Longest token, in bytes, that stands in a file only as the pair it is made of. It bounds what
/// a small hostile file can unfold to.
pub(crate) const LONGEST_DERIVED: usize = 255;

/// A pair of neighbours, the rank of their merge, and the token they become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RankedMerge {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) rank: u32,
    pub(crate) id: u32,
}

/// Appends tokens and merges in order of rank. Returns the first merge that makes something other
/// than its two parts side by side, or has to do with an id that is not there.
pub(crate) fn write_vocabulary(
    tokens: &[Option<&[u8]>],
    merges: &[RankedMerge],
    output: &mut Vec<u8>,
) -> Result<(), RankedMerge> {
    let token = |id: u32| tokens.get(id as usize).copied().flatten();
    let mut known = vec![false; tokens.len()];
    let mut written_out = vec![false; tokens.len()];
    for merge in merges {
        let (Some(left), Some(right), Some(both)) =
            (token(merge.left), token(merge.right), token(merge.id))
        else {
            return Err(*merge);
        };
        if both.len() != left.len() + right.len()
            || !both.starts_with(left)
            || !both.ends_with(right)
        {
            return Err(*merge);
        }
        for part in [merge.left as usize, merge.right as usize] {
            written_out[part] |= !known[part];
            known[part] = true;
        }
        let id = merge.id as usize;
        written_out[id] |= !known[id] && both.len() > LONGEST_DERIVED;
        known[id] = true;
    }
    let literals: Vec<(u32, &[u8])> = (0..)
        .zip(tokens)
        .zip(known.iter().zip(&written_out))
        .filter(|&(_, (&known, &written_out))| written_out || !known)
        .filter_map(|((id, token), _)| Some((id, (*token)?)))
        .collect();
    push_number(literals.len(), output);
    for (id, token) in literals {
        output.extend_from_slice(&id.to_le_bytes());
        push_number(token.len(), output);
        output.extend_from_slice(token);
    }
    let runs: Vec<&[RankedMerge]> =
        merges.chunk_by(|one, next| next.rank == one.rank + 1 && next.id == one.id + 1).collect();
    push_number(runs.len(), output);
    for run in runs {
        output.extend_from_slice(&run[0].rank.to_le_bytes());
        output.extend_from_slice(&run[0].id.to_le_bytes());
        push_number(run.len(), output);
    }
    for merge in merges {
        output.extend_from_slice(&merge.left.to_le_bytes()[..3]);
        output.extend_from_slice(&merge.right.to_le_bytes()[..3]);
    }
    Ok(())
}

/// Appends a number of things, all of which are in memory.
pub(crate) fn push_number(number: usize, output: &mut Vec<u8>) {
    let number = u32::try_from(number).expect("vocabularies are smaller than 4 GiB");
    output.extend_from_slice(&number.to_le_bytes());
}
