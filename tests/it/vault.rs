//! Tests of the vault layer against real parts.
