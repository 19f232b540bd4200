use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use dd_heroku::failure::Failure;
use dd_heroku::repo::Error;

use super::Repository;

const PRERUN: &str = "datadog/prerun.sh";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_written_with_its_folders_and_read_back() {
    let repository = Repository::new();
    let checkout = repository.checkout();
    assert_eq!(checkout.read(Path::new(PRERUN)).unwrap(), None);
    checkout.write_atomic(Path::new(PRERUN), "#!/bin/bash\n", false).unwrap();
    assert_eq!(checkout.read(Path::new(PRERUN)).unwrap().as_deref(), Some("#!/bin/bash\n"));
    assert_eq!(mode(&repository.path().join(PRERUN)) & 0o111, 0);
    let entries: Vec<_> = fs::read_dir(repository.path().join("datadog")).unwrap().collect();
    assert_eq!(entries.len(), 1, "nothing is left beside it");
    checkout.remove(Path::new(PRERUN)).unwrap();
    checkout.remove(Path::new(PRERUN)).unwrap();
    assert_eq!(checkout.read(Path::new(PRERUN)).unwrap(), None);
}

#[test]
fn a_file_keeps_its_mode() {
    let repository = Repository::new();
    repository.write(PRERUN, "old");
    let path = repository.path().join(PRERUN);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let checkout = repository.checkout();
    checkout.write_atomic(Path::new(PRERUN), "new", false).unwrap();
    assert_eq!(mode(&path), 0o640);
    checkout.write_atomic(Path::new(PRERUN), "newer", true).unwrap();
    assert_eq!(mode(&path), 0o750);
}

#[test]
fn a_write_protected_file_is_left_alone() {
    let repository = Repository::new();
    repository.write(PRERUN, "old");
    let path = repository.path().join(PRERUN);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let error = repository.checkout().write_atomic(Path::new(PRERUN), "new", false).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    let failure = Failure::from(error);
    assert_eq!(format!("{:#}", failure.error), "`datadog/prerun.sh` could not be written: permission denied");
    assert_eq!(failure.hints, ["ls -ld datadog/prerun.sh"]);
}

#[test]
fn no_path_leads_out_of_the_checkout() {
    let repository = Repository::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "old").unwrap();
    symlink(outside.path(), repository.path().join("datadog")).unwrap();
    symlink(outside.path().join("secret"), repository.path().join("file")).unwrap();
    symlink(outside.path().join("nothing-yet"), repository.path().join("dangling")).unwrap();
    let checkout = repository.checkout();
    for path in ["datadog/prerun.sh", "file", "dangling", "../x", "/etc/x", "a/../../x"] {
        let error = checkout.write_atomic(Path::new(path), "new", false).unwrap_err();
        assert!(matches!(error, Error::Outside(_)), "{path}: {error}");
        assert!(matches!(checkout.read(Path::new(path)), Err(Error::Outside(_))), "{path}");
        assert!(matches!(checkout.remove(Path::new(path)), Err(Error::Outside(_))), "{path}");
    }
    assert_eq!(fs::read_to_string(outside.path().join("secret")).unwrap(), "old");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn a_link_within_the_checkout_is_written_through() {
    let repository = Repository::new();
    repository.write("config/dd/prerun.sh", "old");
    symlink("config/dd", repository.path().join("datadog")).unwrap();
    repository.checkout().write_atomic(Path::new(PRERUN), "new", false).unwrap();
    assert_eq!(fs::read_to_string(repository.path().join("config/dd/prerun.sh")).unwrap(), "new");
    assert!(repository.path().join("datadog").is_symlink());
}

#[test]
fn a_file_in_the_place_of_a_folder_is_an_error_that_names_it() {
    let repository = Repository::new();
    repository.write("datadog", "a file");
    let error = repository.checkout().write_atomic(Path::new(PRERUN), "new", false).unwrap_err();
    assert!(matches!(error, Error::File { what: "written", .. }), "{error}");
    assert_eq!(fs::read_to_string(repository.path().join("datadog")).unwrap(), "a file");
}

#[test]
fn bytes_that_are_no_text_are_not_taken_for_text() {
    let repository = Repository::new();
    repository.write(PRERUN, [0xff, 0xfe, 0x00]);
    assert!(matches!(repository.checkout().read(Path::new(PRERUN)), Err(Error::NotText(_))));
}

#[test]
fn pipes_and_huge_files_are_not_read() {
    let repository = Repository::new();
    let path = repository.path().join(PRERUN);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(&path).unwrap().set_len(5 << 20).unwrap();
    let why = |repository: &Repository| match repository.checkout().read(Path::new(PRERUN)) {
        Err(Error::File { cause, .. }) => cause.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&repository), "it is larger than 4 MiB");
    std::fs::remove_file(&path).unwrap();
    crate::support::run(std::process::Command::new("mkfifo").arg(&path));
    assert_eq!(why(&repository), "it is not a regular file");
}
