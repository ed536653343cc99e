//! What a stream offers, and when it ends.

use std::sync::Mutex;
use std::time::Instant;

use tokio::sync::Semaphore;

use super::*;
use crate::policy::Rule;

/// Takes what it is given at once.
#[derive(Clone, Default)]
struct File(Arc<Mutex<usize>>);

#[async_trait]
impl Pollable for File {
    async fn ready(&mut self) {}
}

impl OutputStream for File {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        *self.0.lock().unwrap() += bytes.len();
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(1 << 20)
    }
}

struct Scene {
    _folder: tempfile::TempDir,
    file: File,
    quota: Arc<Quota>,
    ledger: Arc<Ledger>,
}

impl Scene {
    /// A folder that holds at most `bytes`.
    fn new(bytes: u64) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let max = Amount { bytes, files: 10 };
        Scene {
            quota: Quota::open(folder.path(), max).unwrap(),
            _folder: folder,
            file: File::default(),
            ledger: Ledger::new(Instant::now(), 0, None),
        }
    }

    fn writer(&self, gap: u64) -> Writer {
        let meter = Meter {
            quota: self.quota.clone(),
            ledger: self.ledger.clone(),
            denial: Denial {
                rule: Rule::FileQuota,
                target: "add to /data/a".to_owned(),
                reason: "it is full".to_owned(),
                grant: None,
            },
        };
        let held = Held {
            _in_call: Arc::default(),
            _in_provider: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
        };
        Writer::new(Box::new(self.file.clone()), gap, meter, held)
    }

    fn written(&self) -> usize {
        *self.file.0.lock().unwrap()
    }

    fn left(&self) -> u64 {
        let rest = self.quota.try_reserve(Amount::default(), u64::MAX).unwrap();
        let bytes = rest.bytes();
        rest.refund();
        bytes
    }
}

fn bytes(count: usize) -> Bytes {
    vec![b'x'; count].into()
}

#[tokio::test]
async fn a_stream_offers_no_more_than_there_is_room_for() {
    let scene = Scene::new(100);
    let mut writer = scene.writer(0);
    assert_eq!(writer.check_write().unwrap(), 100);
    // What is offered is reserved, and given back if it is not used.
    assert_eq!(scene.left(), 0);
    writer.write(bytes(30)).unwrap();
    assert_eq!(scene.left(), 70);
    assert!(matches!(
        scene.writer(0).write(bytes(1)),
        Err(StreamError::Trap(_))
    ));
    assert_eq!(writer.check_write().unwrap(), 70);
    assert!(matches!(writer.write(bytes(71)), Err(StreamError::Trap(_))));
    drop(writer);
    assert_eq!(scene.written(), 30);
}

#[tokio::test]
async fn a_full_folder_ends_a_stream_once_it_was_measured() {
    let scene = Scene::new(100);
    let mut writer = scene.writer(0);
    let all = scene.quota.try_reserve(Amount::bytes(100), 100).unwrap();
    assert_eq!(writer.check_write().unwrap(), 0);
    assert_eq!(writer.check_write().unwrap(), 0);
    writer.ready().await;
    assert!(matches!(
        writer.check_write(),
        Err(StreamError::LastOperationFailed(_))
    ));
    assert!(matches!(writer.check_write(), Err(StreamError::Closed)));
    assert!(matches!(writer.write(bytes(1)), Err(StreamError::Closed)));
    assert!(matches!(
        writer.blocking_write_and_flush(bytes(1)).await,
        Err(StreamError::Closed)
    ));
    let denials = scene.ledger.take().denials;
    assert_eq!(denials.counts, [(Rule::FileQuota, 1)]);
    // Nothing came of the reservation, so the next stream finds room.
    drop(all);
    let mut writer = scene.writer(0);
    assert_eq!(writer.check_write().unwrap(), 0);
    writer.ready().await;
    assert_eq!(writer.check_write().unwrap(), 100);
    drop(writer);
    assert_eq!(scene.left(), 100);
}

#[tokio::test]
async fn a_hole_before_a_stream_counts_once() {
    let scene = Scene::new(100);
    let mut writer = scene.writer(40);
    assert_eq!(writer.check_write().unwrap(), 60);
    writer.write(bytes(10)).unwrap();
    assert_eq!(scene.left(), 50);
    assert_eq!(writer.check_write().unwrap(), 50);
    writer.blocking_write_and_flush(bytes(50)).await.unwrap();
    assert_eq!(scene.left(), 0);
    for gap in [100, u64::MAX] {
        let mut beyond = scene.writer(gap);
        let refused = beyond.blocking_write_and_flush(bytes(1)).await;
        assert!(matches!(refused, Err(StreamError::LastOperationFailed(_))));
    }
    assert_eq!(scene.written(), 60);
}
