//! The ARPA format: text with a section for each order.

mod lines;
mod read;
mod tree;
mod write;
