//! Tests of the store layer against real parts.
