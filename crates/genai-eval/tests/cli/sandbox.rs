//! A folder with files, and the program run in it.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder of its own for each test; it goes with the test.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// Three segments, two references, two systems, and the same as records.
    pub(crate) fn with_texts() -> Self {
        let sandbox = Self::new();
        sandbox
            .write("ref.txt", "The cat sat on the mat.\nIt cost $3.50, they say.\nGood night!\n");
        sandbox.write(
            "ref2.txt",
            "A cat was sitting on the mat.\nThey say it cost $3.50.\nSleep well!\n",
        );
        sandbox.write("a.txt", "The cat sat on a mat.\nIt cost $3.50, they say.\nGood night.\n");
        sandbox.write("b.txt", "Cat on mat.\nThey say that it cost $3.50.\nSleep!\n");
        sandbox.write(
            "data.jsonl",
            concat!(
                r#"{"id": "s1", "prediction": "The cat sat on a mat.", "references": ["The cat sat on the mat.", "A cat was sitting on the mat."]}"#, "\n",
                r#"{"id": "s2", "prediction": "It cost $3.50, they say.", "references": "It cost $3.50, they say."}"#, "\n",
                r#"{"id": 3, "prediction": "Good night.", "references": [null, "Good night!"]}"#, "\n",
            ),
        );
        sandbox
    }

    /// Summaries of several sentences, a mark for each newline within them, and the same as
    /// records; word lists and a model of sentences from our fixtures.
    pub(crate) fn with_summaries() -> Self {
        let sandbox = Self::new();
        let reference = concat!(
            "Then it slept.<n>The cat sat on the mat and was happy.\n",
            "The streets were wet.<n>It had rained all day.\n",
            "Here <n is no mark, and <<n>> holds one.\n",
            "Only one line, by Dr. Smith. He went home.\n",
        );
        let first = concat!(
            "The cat sat on the mat.<n>It was happy there.<n>Then it slept.\n",
            "Rain fell all day.<n>The streets were wet.<n>\n",
            "A tag <n is no mark, <<n>> holds one.\n",
            "One line only. Dr. Smith went home.\n",
        );
        let second = "The cat slept.\nWet<n>streets\nA tag <n is no mark\nDr. Smith<n>goes home\n";
        sandbox.write("lines_ref.txt", reference);
        sandbox.write("lines_a.txt", first);
        sandbox.write("lines_b.txt", second);
        let records = first.lines().zip(reference.lines()).map(|(hypothesis, reference)| {
            let [hyp, reference] = [hypothesis, reference].map(|line| line.replace("<n>", "\n"));
            serde_json::json!({"hyp": hyp, "ref": reference}).to_string() + "\n"
        });
        sandbox.write("lines.jsonl", records.collect::<String>());
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        for name in ["stop_words.txt", "exceptions.txt"] {
            sandbox.write(name, fs::read(fixtures.join("texts").join(name)).unwrap());
        }
        fs::create_dir(sandbox.path("punkt")).unwrap();
        for file in fs::read_dir(fixtures.join("punkt")).unwrap() {
            let file = file.unwrap();
            let copy = Path::new("punkt").join(file.file_name());
            fs::copy(file.path(), sandbox.path(copy)).unwrap();
        }
        sandbox
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of everything in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs a command line; words are separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line.split(' '), b"")
    }

    pub(crate) fn run_with(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
        input: &[u8],
    ) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_genai-eval"))
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that fails early does not read what it is sent.
        let _ = child.stdin.take().unwrap().write_all(input);
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Ran {
            code: status.code().unwrap(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Sandbox {
    /// Runs a command line whose reader goes away after the first bytes.
    pub(crate) fn run_into_closed_pipe(&self, line: &str) -> (i32, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_genai-eval"))
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 8];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        (status.code().unwrap(), String::from_utf8(stderr).unwrap())
    }
}

impl Ran {
    /// Everything that a user sees, with the version taken out.
    pub(crate) fn shown(&self, line: &str) -> String {
        let Self { code, stdout, stderr } = self;
        format!(
            "$ genai-eval {line}\n--- stdout\n{stdout}--- stderr\n{stderr}--- exit code {code}\n"
        )
        .replace(concat!("genai-eval-", env!("CARGO_PKG_VERSION")), "genai-eval-[VERSION]")
        .replace(concat!("genai-eval ", env!("CARGO_PKG_VERSION")), "genai-eval [VERSION]")
    }

    /// The standard output of a run that must have succeeded.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }
}
