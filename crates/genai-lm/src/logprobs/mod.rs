//! Records of log-probabilities that other programs wrote.
