//! Tests of the ssh layer against real parts.
