//! The papers of loads: taking them in, giving them out, and who may see which.
//!
//! A file is read into a folder for what is just coming, and gets its place under its id in the same write that makes it
//! known; so nothing is known whose file isn't there, and what broke off leaves nothing but a file that a later start clears
//! away. Of several nodes all need the same folder.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::body::BodyDataStream;
use contract::{
    Code, DocumentId, LoadId, Refusal, UserId,
    actor::{Actor, Permission},
    documents::{AddDocument, Document, DocumentKind, MAX_BYTES, MAX_DOCUMENTS, MAX_NAME, RemoveDocument},
    event::LoadUpdated,
    loads::Happening,
    notices::Topic,
    refusal::{Flaw, Rule},
    text,
};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::{fs, io::AsyncWriteExt};

use crate::{
    clock::new_id,
    desk::Desk,
    error::{Error, Result},
    loads::{Told, flawed_text, tell_of},
    notices,
    store::{
        Tx,
        accounts::names_outside,
        documents::{self as papers, Insert, Paper},
        loads::{self as rows, Record},
    },
};

/// How many files come in at once on a node; each holds a file and a little memory.
const AT_ONCE: usize = 64;

/// How many of them are one user's, so that nobody keeps the others out.
const EACH: usize = 4;

/// How long ago a file was touched last whose coming has broken off: another node may be reading it just now.
const LEFT: Duration = Duration::from_hours(1);

/// How long whoever comes while so many do waits, in milliseconds.
const BUSY_MS: u64 = 2_000;

/// How long the next piece of a file may take: a truck stop's network has gaps.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a file is kept to see what it is, in bytes.
const HEAD: usize = 8_192;

/// Where the files lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
    /// Whose files are coming just now.
    coming: Arc<Mutex<Vec<UserId>>>,
}

/// A file of somebody's is coming, until this is dropped.
struct Turn<'a>(&'a Shelf, UserId);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut coming = self.0.coming();
        if let Some(place) = coming.iter().position(|user| *user == self.1) {
            coming.swap_remove(place);
        }
    }
}

/// A file that has come whole and has no place yet. It is gone when it is dropped.
#[derive(Debug)]
struct Parcel {
    path: PathBuf,
    size_bytes: u64,
    media_type: &'static str,
    print: String,
}

impl Drop for Parcel {
    fn drop(&mut self) {
        // It isn't there any more once it has its place.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Shelf {
    /// The shelf in a folder, which is made; what broke off there long ago is cleared away.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = data_dir.join("documents");
        let coming = folder.join("coming");
        std::fs::create_dir_all(&coming)?;
        for left in std::fs::read_dir(&coming)? {
            let left = left?;
            if left.metadata()?.modified()?.elapsed().is_ok_and(|age| age > LEFT) {
                std::fs::remove_file(left.path())?;
            }
        }
        Ok(Self { folder, coming: Arc::default() })
    }

    /// Never held across an await, so a plain mutex is right.
    fn coming(&self) -> MutexGuard<'_, Vec<UserId>> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, user: UserId) -> Result<Turn<'_>, Refusal> {
        let mut coming = self.coming();
        if coming.len() >= AT_ONCE || coming.iter().filter(|other| **other == user).count() >= EACH {
            return Err(Refusal::rate_limited(BUSY_MS));
        }
        coming.push(user);
        Ok(Turn(self, user))
    }

    /// Where the file of a paper lies: in one of 256 folders, so that none gets too long.
    fn place(&self, id: DocumentId) -> PathBuf {
        let name = id.to_string();
        let part = &name[name.len() - 2..];
        self.folder.join(part).join(name)
    }

    /// Reads a file as it comes.
    async fn take(&self, user: UserId, pieces: &mut BodyDataStream) -> Result<Parcel> {
        let _turn = self.turn(user)?;
        let mut parcel = Parcel {
            path: self.folder.join("coming").join(new_id().to_string()),
            size_bytes: 0,
            media_type: "",
            print: String::new(),
        };
        let mut file = fs::File::create(&parcel.path).await.map_err(unwritten)?;
        let (mut print, mut head) = (Sha256::new(), Vec::with_capacity(HEAD));
        loop {
            let next = tokio::time::timeout(PATIENCE, pieces.next()).await;
            let Some(piece) = next.map_err(|_| Refusal::invalid("file", "took too long"))? else { break };
            let piece = piece.map_err(|_| Refusal::invalid("file", "broke off"))?;
            parcel.size_bytes += piece.len() as u64;
            if parcel.size_bytes > MAX_BYTES {
                return Err(too_large().into());
            }
            print.update(&piece);
            head.extend_from_slice(&piece[..piece.len().min(HEAD - head.len())]);
            file.write_all(&piece).await.map_err(unwritten)?;
        }
        if parcel.size_bytes == 0 {
            return Err(Refusal::rule(Rule::FileEmpty).into());
        }
        parcel.media_type = media_type(&head).ok_or_else(|| Refusal::rule(Rule::FileKind))?;
        parcel.print = format!("{:x}", print.finalize());
        file.sync_all().await.map_err(unwritten)?;
        Ok(parcel)
    }

    /// Gives a file its place. It stays there also when the write that makes it known fails after all; then nobody knows
    /// of it.
    async fn put(&self, parcel: &Parcel, id: DocumentId) -> Result<()> {
        let place = self.place(id);
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).await.map_err(unwritten)?;
        fs::rename(&parcel.path, &place).await.map_err(unwritten)?;
        // A name is safe once its folder is.
        fs::File::open(folder).await.map_err(unwritten)?.sync_all().await.map_err(unwritten)
    }

    /// The file of a paper.
    async fn get(&self, id: DocumentId) -> Result<fs::File> {
        Ok(fs::File::open(self.place(id)).await.map_err(|error| anyhow::anyhow!("the file of {id}: {error}"))?)
    }
}

/// A file that is not taken because of its length.
pub fn too_large() -> Refusal {
    Refusal::new(Code::TooLarge, "The file is too large: 10 MB at most.")
}

/// A full disk is nobody's mistake, and told as such.
fn unwritten(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::StorageFull {
        tracing::error!(%error, "No file can be stored: the disk is full");
        return Refusal::unavailable().into();
    }
    anyhow::Error::from(error).into()
}

/// What a file is, by its content alone: what its name or its sender says of it counts for nothing. Only kinds that can't
/// act when they are opened from here are taken.
fn media_type(head: &[u8]) -> Option<&'static str> {
    const TAKEN: [&str; 6] = ["application/pdf", "image/jpeg", "image/png", "image/webp", "image/heif", "image/tiff"];
    let found = infer::get(head)?.mime_type();
    TAKEN.into_iter().find(|taken| *taken == found)
}

/// Takes a paper in. One that the load has already, of the same kind, is not taken twice: who lost the answer sends again.
///
/// # Errors
/// When the caller may not, the load isn't theirs to see, the file is none that is taken, or nothing can be stored.
pub async fn add(desk: &Desk, who: &Actor, ask: AddDocument, file: &mut BodyDataStream) -> Result<Document> {
    rows::one(&desk.store, who, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    let grant = who.may(Permission::DocumentAdd)?;
    let given = ask.name.as_deref().unwrap_or_default();
    let name = text::line(given, MAX_NAME)
        .map_err(|flaw| Refusal::flawed("name", flaw, flawed_text(flaw, MAX_NAME)))?
        .unwrap_or_else(|| ask.kind.name().to_lowercase());
    if name.contains(['/', '\\']) {
        return Err(Refusal::flawed("name", Flaw::NotAllowed, "must be a file's name").into());
    }
    let parcel = desk.shelf.take(who.user, file).await?;
    let mut tx = desk.begin(grant).await?;
    rows::lock(&mut tx, &[ask.load_id]).await?;
    let load = rows::in_tx(&mut tx, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    // It may have been taken away while the file came.
    let is_theirs = load.carrier() == who.carrier && (who.driver.is_none() || load.driver() == who.driver);
    if !who.role.is_staff() && !is_theirs {
        return Err(Refusal::not_found().into());
    }
    let known = papers::in_tx(&mut tx, ask.load_id).await?;
    let same = known
        .iter()
        // What came for another carrier isn't this one's.
        .find(|paper| {
            (&paper.print, paper.document.kind) == (&parcel.print, ask.kind)
                && paper.is_for(who)
                && paper.is_of(load.carrier())
        });
    if let Some(same) = same {
        return Ok(for_reader(desk, who, vec![same.clone()]).await?.remove(0));
    }
    if known.len() >= MAX_DOCUMENTS {
        return Err(Refusal::rule(Rule::TooManyDocuments).into());
    }
    let new = Insert {
        id: DocumentId::new(new_id()),
        load: ask.load_id,
        carrier: load.carrier(),
        by_carrier: !who.role.is_staff(),
        kind: ask.kind,
        name: name.clone(),
        media_type: parcel.media_type,
        size_bytes: parcel.size_bytes,
        print: parcel.print.clone(),
        by: who.name.clone(),
    };
    papers::add(&mut tx, &new).await?;
    rows::note(&mut tx, ask.load_id, &Happening::DocumentAdded { document: ask.kind, name }).await?;
    tell(&mut tx, ask.load_id, new.by_carrier || ask.kind != DocumentKind::Other).await?;
    if new.by_carrier {
        notices::to_owner(&mut tx, Topic::PaperAdded, &load, &new.by, Some(new.kind.name()));
    }
    desk.shelf.put(&parcel, new.id).await?;
    let added = papers::in_tx(&mut tx, ask.load_id).await?.into_iter().filter(|paper| paper.document.id == new.id);
    let added = added.collect();
    tx.commit().await?;
    Ok(for_reader(desk, who, added).await?.remove(0))
}

/// Files a paper that the server has made itself, for the carrier that the load has.
///
/// # Errors
/// When the file can't be written or the database fails.
pub async fn file(
    tx: &mut Tx<'_>,
    shelf: &Shelf,
    load: &Record,
    kind: DocumentKind,
    name: String,
    content: &[u8],
) -> Result<()> {
    let id = DocumentId::new(new_id());
    let new = Insert {
        id,
        load: load.id(),
        carrier: load.carrier(),
        by_carrier: false,
        kind,
        name,
        media_type: media_type(content).ok_or_else(|| Refusal::rule(Rule::FileKind))?,
        size_bytes: content.len() as u64,
        print: format!("{:x}", Sha256::digest(content)),
        by: tx.author().unwrap_or_default().to_owned(),
    };
    let place = shelf.place(id);
    fs::create_dir_all(place.parent().unwrap_or(&shelf.folder)).await.map_err(unwritten)?;
    fs::write(&place, content).await.map_err(unwritten)?;
    papers::add(tx, &new).await
}

/// Takes a paper out. Its file is kept, for whoever has to know later what was there.
///
/// # Errors
/// When the caller may not, it isn't theirs to see, or the database fails.
pub async fn remove(desk: &Desk, who: &Actor, ask: RemoveDocument) -> Result<Vec<Document>> {
    let paper = seen(desk, who, ask.document_id).await?;
    if paper.load != ask.load_id {
        return Err(Refusal::not_found().into());
    }
    let mut tx = desk.begin(who.may(Permission::DocumentRemove)?).await?;
    rows::lock(&mut tx, &[ask.load_id]).await?;
    if papers::remove(&mut tx, ask.document_id).await? {
        let Document { kind, name, .. } = paper.document.clone();
        rows::note(&mut tx, ask.load_id, &Happening::DocumentRemoved { document: kind, name }).await?;
        let outsiders_saw = paper.is_for_carriers();
        tell(&mut tx, ask.load_id, outsiders_saw).await?;
        tx.commit().await?;
    }
    of_load(desk, who, ask.load_id).await
}

/// A paper and its file.
///
/// # Errors
/// When it isn't the caller's to see, or the file can't be read.
pub async fn open(desk: &Desk, who: &Actor, id: DocumentId) -> Result<(Document, fs::File)> {
    let paper = seen(desk, who, id).await?;
    Ok((paper.document, desk.shelf.get(id).await?))
}

/// The papers of a load that was looked up for its reader before.
///
/// # Errors
/// When the database fails.
pub async fn of_load(desk: &Desk, who: &Actor, load: LoadId) -> Result<Vec<Document>> {
    let mut known = papers::of_load(&desk.store, who.tenant, load).await?;
    known.retain(|paper| paper.is_for(who));
    for_reader(desk, who, known).await
}

/// A paper as the caller may see it; what they may not see isn't there.
async fn seen(desk: &Desk, who: &Actor, id: DocumentId) -> Result<Paper> {
    who.may(Permission::LoadView)?;
    let paper = papers::one(&desk.store, who.tenant, id).await?.filter(|paper| paper.is_for(who));
    let paper = paper.ok_or_else(Refusal::not_found)?;
    rows::one(&desk.store, who, paper.load).await?.ok_or_else(Refusal::not_found)?;
    Ok(paper)
}

/// To a carrier's people the desk speaks as the company.
async fn for_reader(desk: &Desk, who: &Actor, known: Vec<Paper>) -> Result<Vec<Document>> {
    let mut documents: Vec<Document> = known.into_iter().map(|paper| paper.document).collect();
    if !who.role.is_staff() && !documents.is_empty() {
        let (company, own) = names_outside(&desk.store, who).await?;
        for document in documents.iter_mut().filter(|document| !own.contains(&document.uploaded_by)) {
            document.uploaded_by.clone_from(&company);
        }
    }
    Ok(documents)
}

/// Tells of a change of a load's papers; those outside of the desk only when it is one that they see.
async fn tell(tx: &mut Tx<'_>, load: LoadId, outside_too: bool) -> Result<()> {
    let load = rows::in_tx(tx, load).await?.ok_or_else(Refusal::not_found)?;
    tell_of(tx, &load, outside_too, |Told { row, by, .. }| LoadUpdated {
        load_id: load.id(),
        load_number: load.load_number.clone(),
        changed_fields: vec!["documents".to_owned()],
        updated_by: by,
        load: row,
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_files_keep_the_others_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let shelf = Shelf::open(folder.path()).expect("a shelf");
        let user = |number: u128| UserId::new(uuid::Uuid::from_u128(number));
        let own: Vec<_> = (0..EACH).map(|_| shelf.turn(user(1)).expect("a turn")).collect();

        assert!(shelf.turn(user(1)).is_err());
        assert!(shelf.turn(user(2)).is_ok());
        drop(own);
        assert!(shelf.turn(user(1)).is_ok());
        let all: Vec<_> = (0..AT_ONCE as u128).map(|number| shelf.turn(user(number)).expect("a turn")).collect();
        assert!(shelf.turn(user(99)).is_err());
        drop(all);
        assert!(shelf.coming().is_empty());
    }

    #[test]
    fn a_file_is_what_its_content_says() {
        assert_eq!(media_type(b"%PDF-1.7 ..."), Some("application/pdf"));
        assert_eq!(media_type(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 16]), Some("image/jpeg"));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n0000"), Some("image/png"));
        for other in [&b"<!doctype html><script>alert(1)</script>"[..], b"PK\x03\x04", b"MZ", b"", b"GIF89a", b"hello"]
        {
            assert_eq!(media_type(other), None, "{other:?}");
        }
        assert_eq!(media_type(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), None, "it could hold scripts");
    }
}
