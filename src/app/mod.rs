//! The pure core: what is wanted, what is there, and the plan between them. No I/O, no clock, no environment.
