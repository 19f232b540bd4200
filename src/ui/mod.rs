//! What a person sees: reports, plans, prompts, tables, progress.
