//! The ARPA format: text with a section for each order.

mod write;
