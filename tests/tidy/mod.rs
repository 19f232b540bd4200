//! What no compiler holds: who may call whom, circles, names of variables, and how long a file may be.

mod circles;
mod layers;
mod length;
mod source;
mod variables;
