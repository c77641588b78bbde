//! Clipped n-gram matches by the places where the references have a token.

use crate::text::TokenId;

/// A clipped match is a one-to-one match: each n-gram of a hypothesis takes one equal n-gram of a
/// reference that none before it has taken. The k-th of equal n-grams finds one exactly if the
/// reference has k of them, whichever they are, so nothing is hashed and no n-gram gets a number:
/// a place remembers the orders that it has been taken for. With several references each n-gram
/// takes one from each of them, and it matches if any had one left; that is the k-th one exactly
/// if the reference that has most of it has k.
///
/// Most tokens occur once in a reference, which leaves one place to look at. Where places are
/// many, the caller does better with something else; [`read`](Self::read) says how many they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Occurrences {
    order: usize,
    /// The references' tokens, with a margin of [`BORDER`] before and after each.
    tokens: Vec<TokenId>,
    /// One for each of these tokens. Place 0 stands for nowhere.
    places: Vec<Place>,
    /// For each token of the references; the unknown token, which has no place, comes last.
    chains: Vec<Chain>,
    /// The hypothesis, unknown tokens all the same, and a margin of them.
    hypothesis: Vec<TokenId>,
}

/// The places of a token.
#[derive(Clone, Copy, Debug, Default)]
struct Chain {
    /// The last place, or 0.
    last: u32,
    /// How many there are.
    length: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Where the same token was before it, or 0.
    earlier: u32,
    /// Where its reference begins.
    begin: u32,
    /// The orders for which it has been taken.
    taken: Orders,
}

/// Equal to no token.
const BORDER: TokenId = TokenId::MAX;

/// A set of orders, [`LANE`] bits apart, so that sets can be added up: a lane counts to 127.
type Orders = u64;
const LANE: usize = 7;
const MOST_ADDED: usize = (1 << LANE) - 1;
pub(super) const HIGHEST_ORDER: usize = Orders::BITS as usize / LANE;

impl Occurrences {
    /// Forgets the segment before.
    pub(super) fn reset(&mut self, order: usize, distinct: usize) {
        self.order = order;
        self.chains.clear();
        self.chains.resize(distinct + 1, Chain::default());
        self.tokens.clear();
        self.places.clear();
        self.add_border();
    }

    /// So many tokens can be read from any place.
    fn margin(&self) -> usize {
        self.order.max(WINDOW)
    }

    fn add_border(&mut self) {
        let length = self.tokens.len() + self.margin();
        self.tokens.resize(length, BORDER);
        self.places.resize(length, Place::default());
    }

    pub(super) fn add_reference(&mut self, tokens: &[TokenId]) {
        let begin = index(self.tokens.len());
        self.tokens.extend_from_slice(tokens);
        let Self { places, chains, .. } = self;
        places.extend((begin..).zip(tokens).map(|(place, &token)| {
            let chain = &mut chains[token as usize];
            let earlier = std::mem::replace(&mut chain.last, place);
            chain.length += 1;
            Place { earlier, begin, taken: 0 }
        }));
        self.add_border();
    }

    /// The references that were added, less those without a token.
    pub(super) fn references(&self) -> impl Iterator<Item = &[TokenId]> {
        self.tokens.split(|&token| token == BORDER).filter(|tokens| !tokens.is_empty())
    }

    /// Takes the hypothesis whose matches are counted next; returns how many places that takes
    /// looking at.
    pub(super) fn read(&mut self, hypothesis: &[TokenId]) -> u64 {
        let margin = self.margin();
        let Self { chains, hypothesis: padded, .. } = self;
        let unknown = index(chains.len() - 1);
        let mut visits = 0;
        padded.clear();
        padded.extend(hypothesis.iter().map(|&token| {
            let token = token.min(unknown);
            visits += u64::from(chains[token as usize].length);
            token
        }));
        padded.resize(hypothesis.len() + margin, unknown);
        visits
    }

    /// Adds the matches of each order of the hypothesis that was [read](Self::read). The order is
    /// at most [`HIGHEST_ORDER`].
    pub(super) fn count_matches(&mut self, matches: &mut [u64]) {
        let margin = self.margin();
        let Self { order, tokens, places, chains, hypothesis: padded } = self;
        let length = padded.len() - margin;
        for place in &mut *places {
            place.taken = 0;
        }
        let all_orders: Orders = (1 << (*order * LANE)) - 1;
        let mut counts = [0; HIGHEST_ORDER];
        for first in (0..length).step_by(MOST_ADDED) {
            let mut sum: Orders = 0;
            for i in first..length.min(first + MOST_ADDED) {
                let wanted = &padded[i..i + margin];
                let mut at = chains[wanted[0] as usize].last as usize;
                let (mut here, mut elsewhere) = (0, 0);
                loop {
                    let place = &mut places[at];
                    let equal = equal_orders(wanted, &tokens[at..at + margin]);
                    let new = equal & !place.taken & !here;
                    place.taken |= new;
                    here |= new;
                    if place.earlier == 0 {
                        break;
                    }
                    if place.earlier < place.begin {
                        elsewhere |= here;
                        here = 0;
                    }
                    at = place.earlier as usize;
                }
                sum += (here | elsewhere) & all_orders;
            }
            for (n, count) in counts.iter_mut().enumerate() {
                *count += sum >> (n * LANE) & MOST_ADDED as u64;
            }
        }
        matches.iter_mut().zip(counts).for_each(|(own, more)| *own += more);
    }
}

/// How many tokens are compared at once, and the fewest that a window has.
const WINDOW: usize = 4;

/// The orders in which two windows begin with the same n-gram.
#[inline]
fn equal_orders(a: &[TokenId], b: &[TokenId]) -> Orders {
    let (Some((a, more_a)), Some((b, more_b))) = (a.split_first_chunk(), b.split_first_chunk())
    else {
        return 0;
    };
    let mut orders = PREFIXES[equal_places(a, b)];
    if orders == PREFIXES[(1 << WINDOW) - 1] {
        let more = more_a.iter().zip(more_b).take_while(|(a, b)| a == b);
        more.enumerate().for_each(|(n, _)| orders |= 1 << ((WINDOW + n) * LANE));
    }
    orders
}

/// A bit for each place where the windows are equal.
#[inline]
fn equal_places(a: &[TokenId; WINDOW], b: &[TokenId; WINDOW]) -> usize {
    (0..WINDOW).fold(0, |set, n| set | usize::from(a[n] == b[n]) << n)
}

/// For each set of equal places the orders up to the first place that is not.
const PREFIXES: [Orders; 1 << WINDOW] = {
    let mut prefixes = [0; 1 << WINDOW];
    let mut set = 0;
    while set < prefixes.len() {
        let mut n = 0;
        while set >> n & 1 == 1 {
            prefixes[set] |= 1 << (n * LANE);
            n += 1;
        }
        set += 1;
    }
    prefixes
};

#[expect(clippy::cast_possible_truncation, reason = "longer segments are refused")]
fn index(place: usize) -> u32 {
    place as u32
}
