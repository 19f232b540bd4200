//! What a Dockerfile that is already present says of the image it makes.

/// The image of a Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// Its entrypoint, as words; empty when it has none.
    pub entrypoint: Vec<String>,
    /// Its command, as words; empty when it has none.
    pub command: Vec<String>,
}

/// The image is based on musl, on which the Agent does not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the image is made from `{0}`, which has no glibc: the Datadog Agent does not run on it")]
pub struct Musl(pub String);

impl Existing {
    /// Reads a Dockerfile: what the last stage says counts.
    pub fn read(dockerfile: &str) -> Result<Self, Musl> {
        let mut image = Self::default();
        let mut base = String::new();
        let mut stages: Vec<(String, String)> = Vec::new();
        for line in instructions(dockerfile) {
            let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
            match word.to_ascii_uppercase().as_str() {
                "FROM" => {
                    image = Self::default();
                    let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
                    let from = words.next().unwrap_or_default();
                    let of_stage = stages.iter().find(|(name, _)| name.eq_ignore_ascii_case(from));
                    let image_name = of_stage.map_or(from, |(_, base)| base).to_owned();
                    base.clone_from(&image_name);
                    stages.extend(words.nth(1).map(|name| (name.to_owned(), image_name)));
                }
                // A new entrypoint resets the command of the image below, not the one of the same stage.
                "ENTRYPOINT" => image.entrypoint = words(rest),
                "CMD" => image.command = words(rest),
                _ => {}
            }
        }
        if base.contains("alpine") { Err(Musl(base)) } else { Ok(image) }
    }
}

/// The instructions, continued lines joined, comments left out.
fn instructions(dockerfile: &str) -> Vec<String> {
    let mut instructions = Vec::new();
    let mut open = String::new();
    for line in dockerfile.lines().map(str::trim) {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if let Some(part) = line.strip_suffix('\\') {
            open.push_str(part);
            continue;
        }
        open.push_str(line);
        instructions.push(std::mem::take(&mut open));
    }
    instructions
}

/// The words of a command: of a JSON list, or of a line for the shell.
fn words(text: &str) -> Vec<String> {
    let text = text.trim();
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(words) => words,
        Err(_) if text.is_empty() => Vec::new(),
        Err(_) => ["/bin/sh", "-c", text].map(str::to_owned).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_counts() {
        let text = "FROM golang:1.25-alpine AS build\nENTRYPOINT [\"x\"]\n\n# comment\nfrom --platform=linux/amd64 debian:13\n\
                    RUN a \\\n  # inside\n  && b\nEntrypoint [ \"/entry\", \\\n \"--now\" ]\nCMD run \"it\" now\n";
        let image = Existing::read(text).unwrap();
        assert_eq!(image.entrypoint, ["/entry", "--now"]);
        assert_eq!(image.command, ["/bin/sh", "-c", "run \"it\" now"]);
        assert_eq!(Existing::read("FROM debian\nENTRYPOINT []\n"), Ok(Existing::default()));
        assert_eq!(Existing::read(""), Ok(Existing::default()));
    }

    #[test]
    fn an_image_without_glibc_is_refused() {
        let refused = Err(Musl("node:24-alpine".into()));
        assert_eq!(Existing::read("FROM node:24-alpine\nCMD x"), refused);
        assert_eq!(Existing::read("FROM node:24-alpine AS base\nFROM debian\nFROM Base\nCMD x"), refused);
        assert!(Existing::read("FROM node:24-alpine AS base\nFROM debian").is_ok());
    }
}
