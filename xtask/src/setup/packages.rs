//! The package managers: which one this system has, and how it is asked.

use super::needs::{CLANG_VERSION, Need, clang_version};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::process::Command;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manager {
    Apt,
    Dnf,
    Pacman,
    Brew,
}

impl Manager {
    /// None where we do not know what the packages are called.
    pub fn find() -> Option<Self> {
        let manager = if cfg!(target_os = "macos") {
            Some(Self::Brew)
        } else {
            Self::of_linux(&std::fs::read_to_string("/etc/os-release").ok()?)
        };
        manager.filter(|manager| shell::succeeds(Command::new(manager.command()).arg("--version")))
    }

    fn of_linux(os_release: &str) -> Option<Self> {
        let value = |name: &str| {
            os_release.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim_matches('"')
        };
        let families = [value("ID="), " ", value("ID_LIKE=")].concat();
        families.split_whitespace().find_map(|family| match family {
            "debian" | "ubuntu" => Some(Self::Apt),
            "fedora" => Some(Self::Dnf),
            "arch" => Some(Self::Pacman),
            _ => None,
        })
    }

    fn command(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Brew => "brew",
        }
    }

    /// The command's words before the packages' names.
    fn install_words(self) -> &'static [&'static str] {
        match self {
            Self::Apt => &["install", "-q", "-y", "--no-install-recommends"],
            Self::Dnf => &["install", "-y"],
            Self::Pacman => &["-Sy", "--needed", "--noconfirm"],
            Self::Brew => &["install"],
        }
    }

    fn packages_of(self, need: &Need) -> &'static [&'static str] {
        match self {
            Self::Apt => need.apt,
            Self::Dnf => need.dnf,
            Self::Pacman => need.pacman,
            Self::Brew => need.brew,
        }
    }

    pub fn install(self, needs: &[&Need]) -> Result<()> {
        let nowhere: Vec<&str> =
            needs.iter().filter(|need| self.packages_of(need).is_empty()).map(|need| need.name).collect();
        if !nowhere.is_empty() {
            bail!("{} has no package for: {}", self.command(), nowhere.join(", "));
        }
        if self == Self::Apt {
            shell::run(self.privileged()?.arg("update"))?;
        }
        let all: Vec<&str> = needs.iter().flat_map(|need| self.packages_of(need)).copied().collect();
        // Packages that carry clang's version in their name wait until clang is there to tell it.
        let (later, now): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|name| name.contains(CLANG_VERSION));
        self.install_packages(&now.into_iter().map(str::to_owned).collect::<Vec<_>>())?;
        if later.is_empty() {
            return Ok(());
        }
        let version = clang_version().context("clang does not tell its version")?;
        self.install_packages(&later.iter().map(|name| name.replace(CLANG_VERSION, &version)).collect::<Vec<_>>())
    }

    fn install_packages(self, packages: &[String]) -> Result<()> {
        let mut once: Vec<&String> = packages.iter().collect();
        once.sort();
        once.dedup();
        if once.is_empty() {
            return Ok(());
        }
        shell::run(self.privileged()?.args(self.install_words()).args(once))
    }

    /// The manager's command with the rights that it needs: as root, or through sudo. Homebrew wants neither.
    fn privileged(self) -> Result<Command> {
        let name = self.command();
        let quiet = "DEBIAN_FRONTEND=noninteractive";
        if self == Self::Brew {
            return Ok(Command::new(name));
        }
        let mut command = if is_root()? {
            Command::new("env")
        } else if shell::succeeds(Command::new("sudo").arg("-V")) {
            let mut sudo = Command::new("sudo");
            sudo.arg("env");
            sudo
        } else {
            bail!("installing needs root, and there is no sudo: run `cargo xtask setup` as root once");
        };
        command.args([quiet, name]);
        Ok(command)
    }
}

fn is_root() -> Result<bool> {
    Ok(shell::output(Command::new("id").arg("-u"))?.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::Manager;

    #[test]
    fn a_system_is_known_by_itself_or_by_its_family() {
        let of = |text| Manager::of_linux(text);
        assert_eq!(of("ID=debian\n"), Some(Manager::Apt));
        assert_eq!(of("NAME=\"x\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Some(Manager::Apt));
        assert_eq!(of("ID=fedora\nVERSION_ID=42\n"), Some(Manager::Dnf));
        assert_eq!(of("ID=manjaro\nID_LIKE=arch\n"), Some(Manager::Pacman));
        assert_eq!(of("ID=alpine\n"), None);
    }
}
