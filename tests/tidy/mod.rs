//! What no compiler holds: who may call whom, circles, names of variables, how long a file may be, and the glossary.

mod circles;
mod hints;
mod identifiers;
mod layers;
mod length;
mod source;
mod variables;
mod words;
