#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace payferry::ledger::test {

// A disk that works until a test says otherwise. While one exists, every database that is opened lies on it.
class FailingDisk {
 public:
  FailingDisk() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "failing-disk";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    vfs_.pNext = nullptr;
    sync_error = write_error = 0;
    writes_left = 0;
    if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("no virtual file system");
  }
  ~FailingDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // SQLite's codes; 0: it works. Of everything but shared memory.
  static inline std::atomic<int> sync_error = 0;
  static inline std::atomic<int> write_error = 0;
  static inline std::atomic<int> writes_left = 0;  // so many more succeed before write_error holds

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real;
  };
  static sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

  static int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    static const sqlite3_io_methods methods = make_methods();
    auto* mine = reinterpret_cast<File*>(file);
    mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
    const int code = real_->xOpen(real_, name, mine->real, flags, out);
    mine->base.pMethods = code == SQLITE_OK ? &methods : nullptr;
    return code;
  }

  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
    if (write_error != 0 && writes_left-- <= 0) return write_error;
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, count, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (sync_error != 0) return sync_error;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
  }

  static sqlite3_io_methods make_methods() {
    sqlite3_io_methods m;
    std::memset(&m, 0, sizeof m);
    m.iVersion = 2;
    m.xClose = [](sqlite3_file* f) { return real_of(f)->pMethods->xClose(real_of(f)); };
    m.xRead = [](sqlite3_file* f, void* into, int count, sqlite3_int64 at) {
      return real_of(f)->pMethods->xRead(real_of(f), into, count, at);
    };
    m.xWrite = write;
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      return real_of(f)->pMethods->xTruncate(real_of(f), size);
    };
    m.xSync = sync;
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return real_of(f)->pMethods->xFileSize(real_of(f), size);
    };
    m.xLock = [](sqlite3_file* f, int level) { return real_of(f)->pMethods->xLock(real_of(f), level); };
    m.xUnlock = [](sqlite3_file* f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
    };
    m.xFileControl = [](sqlite3_file* f, int what, void* argument) {
      return real_of(f)->pMethods->xFileControl(real_of(f), what, argument);
    };
    m.xSectorSize = [](sqlite3_file* f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int at, int count, int flags) {
      return real_of(f)->pMethods->xShmLock(real_of(f), at, count, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int remove) {
      return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
    };
    return m;
  }

  static inline sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
};

}  // namespace payferry::ledger::test
