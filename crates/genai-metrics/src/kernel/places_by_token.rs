//! The places of each token in a text.

use crate::text::TokenId;

/// Where each token stands in a text, by its id.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlacesByToken {
    /// The places of all tokens, those of the same token together, ascending.
    places: Vec<u32>,
    /// Where each token's places end.
    ends: Vec<u32>,
}

impl PlacesByToken {
    /// Takes a text; tokens whose ids are not below `distinct` are left out.
    pub(crate) fn find(&mut self, text: &[TokenId], distinct: usize) {
        let Self { places, ends } = self;
        ends.clear();
        ends.resize(distinct + 1, 0);
        let known = |token: TokenId| (token as usize) < distinct;
        for &token in text.iter().filter(|&&token| known(token)) {
            ends[token as usize + 1] += 1;
        }
        for token in 0..distinct {
            ends[token + 1] += ends[token];
        }
        places.clear();
        places.resize(ends[distinct] as usize, 0);
        // Filling moves each token's beginning to its end, which is the next one's beginning.
        for (&token, place) in text.iter().zip(0..).filter(|&(&token, _)| known(token)) {
            let end = &mut ends[token as usize];
            places[*end as usize] = place;
            *end += 1;
        }
    }

    /// The places of a token, ascending.
    pub(crate) fn of(&self, token: usize) -> &[u32] {
        let start = if token == 0 { 0 } else { self.ends[token - 1] };
        &self.places[start as usize..self.ends[token] as usize]
    }
}
