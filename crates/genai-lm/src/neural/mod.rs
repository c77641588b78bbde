//! Neural models of Hugging Face's format, on the processor.
