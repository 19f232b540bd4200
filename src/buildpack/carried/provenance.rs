//! Where a carried Agent comes from: an in-toto statement with SLSA provenance, next to the tree.
//! Form: <https://slsa.dev/spec/v1.0/provenance>. It names the tree by its hash, the package it was made from, the signed index that
//! lists that package, the key that signed it, and what was left out.

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::buildpack::package::prune::Setup;
use crate::buildpack::repository::debian_version::Version;
use crate::buildpack::repository::in_release::is_sha256;
use crate::buildpack::repository::{Origin, Package};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://slsa.dev/provenance/v1";
/// How the tree was made; changes when its meaning does.
const BUILD_TYPE: &str = "tag:dd-heroku,2026:buildpack-pack/v1";
const BUILDER: &str = "tag:dd-heroku,2026:dd-heroku";

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Resource>,
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Predicate {
    build_definition: Definition,
    run_details: Run,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    build_type: String,
    external_parameters: Choices,
    internal_parameters: Content,
    resolved_dependencies: Vec<Resource>,
}

/// What was asked for when the Agent was packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Choices {
    pub(super) apm: bool,
    pub(super) process_agent: bool,
    pub(super) otel_collector: bool,
    pub(super) data_plane: bool,
    /// Checks whose Python packages stay. None: all.
    pub(super) slim_for: Option<Vec<String>>,
    /// Whether a build may download another Agent when this one does not fit.
    pub(super) download: bool,
}

/// What the tree turned out to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub(super) python: u32,
    /// Bytes of the package.
    pub(super) package_size: u64,
    /// Checks that stay in a slim tree.
    pub(super) checks: Vec<String>,
    /// Checks that were left out.
    pub(super) cut_checks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Resource {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    digest: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annotations: Option<Annotations>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    sha256: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Annotations {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Fingerprint of the primary key that signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    builder: Builder,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Builder {
    id: String,
    version: std::collections::BTreeMap<String, String>,
}

impl Statement {
    /// About the tree with the hash `sha256`, in the file `tree`.
    pub(super) fn new(
        (tree, sha256): (&str, &str),
        package: &Package,
        origin: &Origin,
        choices: Choices,
        content: Content,
    ) -> Self {
        let digest = |sha256: &str| Digest { sha256: sha256.to_owned() };
        let file = |name: &str, uri: &str, sha256: &str, annotations: Option<Annotations>| Resource {
            name: name.to_owned(),
            uri: Some(uri.to_owned()),
            digest: digest(sha256),
            annotations,
        };
        let version = Annotations { version: Some(package.version.to_string()), signed_by: None };
        let signed = Annotations { version: None, signed_by: Some(origin.signed_by.clone()) };
        Self {
            kind: STATEMENT.into(),
            subject: vec![Resource {
                name: tree.into(),
                uri: None,
                digest: digest(sha256),
                annotations: None,
            }],
            predicate_type: PREDICATE.into(),
            predicate: Predicate {
                build_definition: Definition {
                    build_type: BUILD_TYPE.into(),
                    external_parameters: choices,
                    internal_parameters: content,
                    resolved_dependencies: vec![
                        file(&package.name, &origin.package, &package.sha256, Some(version)),
                        file("list of packages", &origin.list.0, &origin.list.1, None),
                        file("index", &origin.index.0, &origin.index.1, Some(signed)),
                    ],
                },
                run_details: Run {
                    builder: Builder {
                        id: BUILDER.into(),
                        version: [("dd-heroku".to_owned(), env!("CARGO_PKG_VERSION").to_owned())].into(),
                    },
                },
            },
        }
    }

    /// Reads a statement and refuses one of another kind.
    pub(super) fn parse(text: &[u8]) -> anyhow::Result<Self> {
        let statement: Self = serde_json::from_slice(text).context("its provenance cannot be read")?;
        let definition = &statement.predicate.build_definition;
        ensure!(
            statement.kind == STATEMENT
                && statement.predicate_type == PREDICATE
                && definition.build_type == BUILD_TYPE,
            "its provenance is of a kind that this program does not know"
        );
        let digests = statement.subject.iter().chain(&definition.resolved_dependencies);
        ensure!(
            statement.subject.len() == 1
                && digests.map(|resource| &resource.digest.sha256).all(|sha256| is_sha256(sha256)),
            "its provenance does not name one tree by its hash"
        );
        statement.package()?;
        Ok(statement)
    }

    /// The hash of the tree.
    pub(super) fn sha256(&self) -> &str {
        &self.subject[0].digest.sha256
    }

    pub(super) fn choices(&self) -> &Choices {
        &self.predicate.build_definition.external_parameters
    }

    pub(super) fn content(&self) -> &Content {
        &self.predicate.build_definition.internal_parameters
    }

    /// The package that the tree was made from.
    pub(super) fn package(&self) -> anyhow::Result<Package> {
        let package = self.predicate.build_definition.resolved_dependencies.first();
        let package = package.context("its provenance names no package")?;
        let version = package.annotations.as_ref().and_then(|annotations| annotations.version.as_ref());
        let version: Version = version
            .and_then(|version| version.parse().ok())
            .context("its provenance names no version of the Agent")?;
        Ok(Package {
            name: package.name.clone(),
            version,
            filename: package.uri.clone().unwrap_or_default(),
            size: self.content().package_size,
            sha256: package.digest.sha256.clone(),
        })
    }

    /// What was left out when it was packed.
    pub(super) fn setup(&self, version: &Version) -> Setup {
        let Choices { apm, process_agent, otel_collector, data_plane, .. } = *self.choices();
        Setup {
            version: version.major_minor(),
            python: self.content().python,
            apm,
            process_agent,
            otel_collector,
            data_plane,
        }
    }
}
