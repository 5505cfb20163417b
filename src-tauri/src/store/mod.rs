//! The only SQL of Tomo.
