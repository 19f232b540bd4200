//! What no compiler holds: who may call whom, circles, names of variables, how long a file may be, the glossary, and what
//! documents say of tests.

mod circles;
mod docs;
mod hints;
mod identifiers;
mod layers;
mod length;
mod source;
mod variables;
mod words;
