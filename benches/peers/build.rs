//! Finds the C and C++ peers. One is there if its shim compiles and links.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=shims");
    for cfg in ["sleef", "libmvec", "eigen", "xnnpack", "xnnpack_unary"] {
        println!("cargo::rustc-check-cfg=cfg({cfg})");
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let absent = absent();
    for line in &absent {
        println!("cargo::warning={line}");
        // A file that never is: the search is made again at the next build.
        println!("cargo::rerun-if-changed=absent");
    }
    fs::write(Path::new(&out).join("absent.txt"), absent.join("\n")).expect("OUT_DIR is writable");
}

#[cfg(not(feature = "debian"))]
fn absent() -> Vec<String> {
    vec!["SLEEF, XNNPACK, Eigen and libmvec not compared (the feature debian is off)".to_owned()]
}

#[cfg(feature = "debian")]
fn absent() -> Vec<String> {
    debian::LIBRARIES.iter().filter_map(|library| library.build().err()).collect()
}

#[cfg(feature = "debian")]
mod debian {
    use std::{env, path::Path};

    /// A library and the shim that calls it.
    pub struct Library {
        name: &'static str,
        shim: &'static str,
        /// The cfgs of its forms, newest first, each with the flag that selects it in the shim.
        forms: &'static [(&'static str, Option<&'static str>)],
        /// The flags of every level that the shim is compiled for.
        levels: &'static [&'static [&'static str]],
        link: Option<&'static str>,
        packages: &'static str,
    }

    const X86: &[&[&str]] = &[&["-mavx2", "-mfma"], &["-mavx512f"]];

    pub const LIBRARIES: &[Library] = &[
        Library {
            name: "SLEEF",
            shim: "sleef.c",
            forms: &[("sleef", None)],
            levels: X86,
            link: Some("sleef"),
            packages: "libsleef-dev",
        },
        Library {
            name: "libmvec",
            shim: "libmvec.c",
            forms: &[("libmvec", None)],
            levels: X86,
            link: Some("mvec"),
            packages: "libc6-dev",
        },
        Library {
            name: "Eigen",
            shim: "eigen.cpp",
            forms: &[("eigen", None)],
            levels: &[&["-march=native", "-isystem", "/usr/include/eigen3"]],
            link: None,
            packages: "libeigen3-dev",
        },
        Library {
            name: "XNNPACK",
            shim: "xnnpack.c",
            forms: &[("xnnpack_unary", Some("-DUNARY_ELEMENTWISE")), ("xnnpack", None)],
            levels: &[&[]],
            link: Some("XNNPACK"),
            packages: "libxnnpack-dev libpthreadpool-dev libcpuinfo-dev",
        },
    ];

    impl Library {
        /// Compiles the shim and has it linked, or says why not.
        pub fn build(&self) -> Result<(), String> {
            let mut reason = String::new();
            for (cfg, flag) in self.forms {
                let build = |level: &[&str]| {
                    let mut build = cc::Build::new();
                    build.cpp(self.is_cpp()).opt_level(3).flags(*flag).flags(level);
                    build
                };
                match self.levels.iter().try_for_each(|level| self.probe(&build(level))) {
                    Ok(()) => {
                        for (i, level) in self.levels.iter().enumerate() {
                            build(level).file(self.source()).compile(&format!("{}-{i}", self.shim));
                        }
                        println!("cargo::rustc-cfg={cfg}");
                        self.link
                            .iter()
                            .for_each(|library| println!("cargo::rustc-link-lib={library}"));
                        return Ok(());
                    }
                    Err(error) => reason = error,
                }
            }
            let Self { name, packages, .. } = self;
            Err(format!("{name} absent: not compared (apt-get install {packages}): {reason}"))
        }

        /// Links the shim as a library of which nothing is undefined: headers, library and symbols
        /// are there.
        fn probe(&self, build: &cc::Build) -> Result<(), String> {
            let probe = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("probe.so");
            let compiler = build.try_get_compiler().map_err(|error| error.to_string())?;
            let output = compiler
                .to_command()
                .args(["-O0", "-shared", "-fPIC", "-Wl,--no-undefined", "-o"])
                .arg(probe)
                .arg(self.source())
                .args(self.link.map(|library| format!("-l{library}")))
                .output()
                .map_err(|error| error.to_string())?;
            let errors = String::from_utf8_lossy(&output.stderr);
            let reason =
                errors.lines().find(|line| line.contains("error") || line.contains("undefined"));
            if output.status.success() {
                Ok(())
            } else {
                Err(reason.unwrap_or("no reason given").to_owned())
            }
        }

        fn source(&self) -> String {
            format!("shims/{}", self.shim)
        }

        fn is_cpp(&self) -> bool {
            Path::new(self.shim).extension().is_some_and(|extension| extension == "cpp")
        }
    }
}
