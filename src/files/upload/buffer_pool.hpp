#pragma once
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "files/upload/file_writer.hpp"

namespace otklik::files {

/// A piece of memory of one size that bytes are gathered in. It lies on a block boundary (FileWriter).
class Buffer {
 public:
  static constexpr std::size_t capacity = 256 * 1024;

  Buffer() : bytes_(static_cast<char*>(::operator new(capacity, alignment))) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return capacity - size_; }
  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const noexcept {
    return {bytes_.get() + begin, end - begin};
  }
  /// At most room().
  void append(std::string_view bytes) noexcept {
    std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  /// What comes next begins a block.
  void align() noexcept { size_ = (size_ + FileWriter::block - 1) / FileWriter::block * FileWriter::block; }
  void clear() noexcept { size_ = 0; }

 private:
  static constexpr std::align_val_t alignment{FileWriter::block};
  static_assert(capacity % FileWriter::block == 0);
  struct Free {
    void operator()(char* bytes) const noexcept { ::operator delete(bytes, alignment); }
  };

  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0;
};

/// Keeps buffers that are not in use, so that each upload does not have the kernel clear new memory for it.
class BufferPool {
 public:
  explicit BufferPool(std::size_t most_kept) : most_kept_(most_kept) {}

  std::unique_ptr<Buffer> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!kept_.empty()) {
        auto buffer = std::move(kept_.back());
        kept_.pop_back();
        return buffer;
      }
    }
    return std::make_unique<Buffer>();
  }

  void give_back(std::unique_ptr<Buffer> buffer) {
    buffer->clear();
    const std::lock_guard lock(mutex_);
    if (kept_.size() < most_kept_) kept_.push_back(std::move(buffer));
  }

 private:
  const std::size_t most_kept_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Buffer>> kept_;
};

}  // namespace otklik::files
