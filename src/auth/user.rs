//! `headhaul user`: accounts, from the command line.

use anyhow::Context;
use clap::{Args, Subcommand};
use contract::{TenantId, UserId, actor::Role};

use super::Auth;
use crate::{
    clock::{Clock, new_id},
    config::Config,
    places,
    store::{
        self, By, Store,
        accounts::{self, NewUser},
    },
};

/// What to do with an account.
#[derive(Args, Clone, Debug)]
pub struct Ask {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Make a company with its first administrator, whose password is read from standard input
    Company {
        /// A short name for the command line, such as `blueridge`
        #[arg(long)]
        slug: String,
        /// As its people see it
        #[arg(long)]
        company: String,
        /// The clock that its day goes by, such as America/Chicago
        #[arg(long)]
        zone: String,
        /// To sign in with
        #[arg(long)]
        email: String,
        /// The administrator's name
        #[arg(long)]
        name: String,
    },
    /// Make an account; the password is read from standard input
    Add {
        /// The company's slug
        #[arg(long)]
        company: String,
        /// To sign in with
        #[arg(long)]
        email: String,
        /// As others see it
        #[arg(long)]
        name: String,
        /// Such as ADMIN, OPERATIONS_MANAGER or DISPATCH
        #[arg(long)]
        role: String,
    },
    /// Give somebody another role
    Role {
        /// Who
        email: String,
        /// Such as ADMIN, OPERATIONS_MANAGER or DISPATCH
        role: String,
    },
    /// Give somebody another password, read from standard input, and end their sessions
    Password {
        /// Who
        email: String,
    },
    /// Let somebody in again
    Enable {
        /// Who
        email: String,
    },
    /// Shut somebody out and end their sessions
    Disable {
        /// Who
        email: String,
    },
}

impl Ask {
    /// Does it.
    ///
    /// # Errors
    /// When the database can't be reached or something that was named isn't there.
    pub async fn run(self) -> anyhow::Result<()> {
        let store = Store::open(&self.config.database_url()).await?;
        let (outbox, _unsent) = store::outbox();
        let clock = Clock::default();
        let auth = Auth::new(store.clone(), clock.clone(), outbox.clone(), "only sessions are ended here", 1);
        let find = async |email: &str| {
            accounts::account(&store, &email.trim().to_lowercase())
                .await
                .ok()
                .flatten()
                .with_context(|| format!("nobody signs in as {email}"))
        };
        match self.what {
            What::Company { slug, company, zone, email, name } => {
                let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                anyhow::ensure!(!slug.is_empty() && slug.chars().all(is_slug), "{slug}: only a to z, 0 to 9 and -");
                anyhow::ensure!(places::zone(&zone).is_some(), "{zone} is no time zone");
                let known = accounts::tenant_named(&store, &slug).await.map_err(anyhow::Error::from)?;
                anyhow::ensure!(known.is_none(), "there is a company {slug} already");
                let password_hash = hash_of_input()?;
                let tenant = TenantId::new(new_id());
                let mut tx = store.begin(By::Itself(tenant), &clock, &outbox).await.map_err(anyhow::Error::from)?;
                accounts::add_tenant(&mut tx, &slug, &company, &zone).await.map_err(anyhow::Error::from)?;
                let user = NewUser {
                    id: UserId::new(new_id()),
                    email: email.trim().to_lowercase(),
                    name,
                    role: Role::Admin,
                    password_hash,
                    carrier: None,
                    driver: None,
                };
                accounts::add_user(&mut tx, user).await.map_err(anyhow::Error::from)?;
                tx.commit().await.map_err(anyhow::Error::from)?;
            }
            What::Add { company, email, name, role } => {
                let tenant = accounts::tenant_named(&store, &company).await.map_err(anyhow::Error::from)?;
                let tenant = tenant.with_context(|| format!("there is no company {company}"))?;
                let role = role_of_staff(&role)?;
                let password_hash = hash_of_input()?;
                let mut tx = store.begin(By::Itself(tenant), &clock, &outbox).await.map_err(anyhow::Error::from)?;
                let user = NewUser {
                    id: UserId::new(new_id()),
                    email: email.trim().to_lowercase(),
                    name,
                    role,
                    password_hash,
                    carrier: None,
                    driver: None,
                };
                accounts::add_user(&mut tx, user).await.map_err(anyhow::Error::from)?;
                tx.commit().await.map_err(anyhow::Error::from)?;
            }
            What::Role { email, role } => {
                auth.set_role(find(&email).await?.id, role_of_staff(&role)?).await.map_err(anyhow::Error::from)?;
            }
            What::Password { email } => {
                let user = find(&email).await?.id;
                auth.set_password(user, &hash_of_input()?).await.map_err(anyhow::Error::from)?;
            }
            What::Enable { email } => {
                auth.set_active(find(&email).await?.id, true).await.map_err(anyhow::Error::from)?;
            }
            What::Disable { email } => {
                auth.set_active(find(&email).await?.id, false).await.map_err(anyhow::Error::from)?;
            }
        }
        println!("Done.");
        Ok(())
    }
}

fn role_of_staff(name: &str) -> anyhow::Result<Role> {
    Role::named(name).filter(|role| role.is_staff()).with_context(|| format!("{name} is not a role of the staff"))
}

/// The hash of the password that comes in.
fn hash_of_input() -> anyhow::Result<String> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    super::hash(password.trim_end())
}
