#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace otklik::core {

template <class Key, class Value, class Hash>
class SharedMapWriter;

/// An immutable map for snapshots. Copies are cheap and share their insides: see SharedMapWriter, which makes them.
template <class Key, class Value, class Hash = std::hash<Key>>
class SharedMap {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Null when there is none. Lives as long as this map or a copy of it.
  [[nodiscard]] const Value* find(const Key& key) const {
    const std::size_t hash = mixed(key);
    const auto& branch = branches_[branch_of(hash)];
    if (!branch) return nullptr;
    const auto& leaf = branch->leaves[leaf_of(hash)];
    if (!leaf) return nullptr;
    for (const auto& slot : leaf->slots) {
      if (slot.hash == hash && slot.item->key == key) return &slot.item->value;
    }
    return nullptr;
  }

  /// Calls `each(key, value)` for every entry, in no particular order.
  template <class Each>
  void for_each(Each each) const {
    for (const auto& branch : branches_) {
      if (!branch) continue;
      for (const auto& leaf : branch->leaves) {
        if (!leaf) continue;
        for (const auto& slot : leaf->slots) each(slot.item->key, std::as_const(slot.item->value));
      }
    }
  }

 private:
  friend class SharedMapWriter<Key, Value, Hash>;

  static constexpr std::size_t width = 16;

  // `age` is the writer's when the node was made: a node of the writer's present age is in no snapshot yet.
  struct Item {
    std::uint64_t age;
    Key key;
    Value value;
  };
  struct Slot {
    std::size_t hash;
    std::shared_ptr<Item> item;
  };
  struct Leaf {
    std::uint64_t age;
    std::vector<Slot> slots;
  };
  struct Branch {
    std::uint64_t age;
    std::array<std::shared_ptr<Leaf>, width> leaves;
  };

  static std::size_t mixed(const Key& key) { return Hash{}(key) * 0x9E3779B97F4A7C15ULL; }
  static std::size_t branch_of(std::size_t hash) noexcept { return hash >> 60; }
  static std::size_t leaf_of(std::size_t hash) noexcept { return (hash >> 56) & (width - 1); }

  std::array<std::shared_ptr<Branch>, width> branches_;
  std::size_t size_ = 0;
};

/// A map that one thread changes and whose snapshots other threads read.
///
/// A snapshot copies sixteen pointers. A change after it copies one 256th of the map (and that only once until the next
/// snapshot), so publishing ten thousand running scripts after every batch costs no more than a microsecond or two.
/// Ages tell what is shared and not `use_count()`: that would need the readers' release to be seen.
template <class Key, class Value, class Hash = std::hash<Key>>
class SharedMapWriter {
 public:
  using Map = SharedMap<Key, Value, Hash>;

  SharedMapWriter() = default;
  SharedMapWriter(const SharedMapWriter&) = delete;
  SharedMapWriter& operator=(const SharedMapWriter&) = delete;

  [[nodiscard]] const Map& now() const noexcept { return map_; }

  /// The map as it is; later changes do not touch it.
  [[nodiscard]] Map snapshot() {
    ++age_;
    return map_;
  }

  /// The value to be changed in place until the next snapshot; null when there is none.
  Value* change(const Key& key) {
    if (map_.find(key) == nullptr) return nullptr;
    const std::size_t hash = Map::mixed(key);
    for (auto& slot : own_leaf(hash).slots) {
      if (slot.hash != hash || slot.item->key != key) continue;
      if (slot.item->age != age_) slot.item = std::make_shared<Item>(Item{age_, slot.item->key, slot.item->value});
      return &slot.item->value;
    }
    return nullptr;
  }

  /// Puts it in, in place of an older one with this key. The reference is good until the next call.
  Value& put(Key key, Value value) {
    const std::size_t hash = Map::mixed(key);
    auto& slots = own_leaf(hash).slots;
    auto item = std::make_shared<Item>(Item{age_, std::move(key), std::move(value)});
    for (auto& slot : slots) {
      if (slot.hash != hash || slot.item->key != item->key) continue;
      slot.item = std::move(item);
      return slot.item->value;
    }
    slots.push_back({hash, std::move(item)});
    ++map_.size_;
    return slots.back().item->value;
  }

  /// False when there was none.
  bool erase(const Key& key) {
    if (map_.find(key) == nullptr) return false;
    const std::size_t hash = Map::mixed(key);
    auto& slots = own_leaf(hash).slots;
    for (auto& slot : slots) {
      if (slot.hash != hash || slot.item->key != key) continue;
      if (&slot != &slots.back()) slot = std::move(slots.back());
      slots.pop_back();
      --map_.size_;
      return true;
    }
    return false;
  }

  void clear() { map_ = Map{}; }

 private:
  using Item = typename Map::Item;
  using Leaf = typename Map::Leaf;
  using Branch = typename Map::Branch;

  /// The leaf of this hash, ours alone.
  Leaf& own_leaf(std::size_t hash) {
    auto& branch = map_.branches_[Map::branch_of(hash)];
    if (!branch) {
      branch = std::make_shared<Branch>(Branch{age_, {}});
    } else if (branch->age != age_) {
      branch = std::make_shared<Branch>(*branch);
      branch->age = age_;
    }
    auto& leaf = branch->leaves[Map::leaf_of(hash)];
    if (!leaf) {
      leaf = std::make_shared<Leaf>(Leaf{age_, {}});
    } else if (leaf->age != age_) {
      leaf = std::make_shared<Leaf>(*leaf);
      leaf->age = age_;
    }
    return *leaf;
  }

  Map map_;
  std::uint64_t age_ = 1;
};

}  // namespace otklik::core
