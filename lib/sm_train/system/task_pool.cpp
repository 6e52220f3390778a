#include "sm_train/system/task_pool.hpp"

#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/start_thread.hpp"

namespace sm_train {

TaskPool::TaskPool(unsigned max_threads, Interrupt interrupt)
    : max_threads_(max_threads), interrupt_(std::move(interrupt)) {}

TaskPool::~TaskPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_.set();
  }
  has_work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void TaskPool::post(Task task) {
  while (!try_post(task)) changed_.wait(interrupt_);
}

void TaskPool::finish() {
  while (!is_finished()) changed_.wait(interrupt_);
}

bool TaskPool::try_post(Task& task) {
  const std::lock_guard lock(mutex_);
  if (error_) std::rethrow_exception(error_);
  if (waiting_.size() >= max_threads_) {
    changed_.clear();
    return false;
  }
  waiting_.push_back(std::move(task));
  if (running_ + waiting_.size() > threads_.size() && threads_.size() < max_threads_) add_thread();
  has_work_.notify_one();
  return true;
}

/// One is enough to go on.
void TaskPool::add_thread() {
  try {
    threads_.push_back(
        start_thread([this, number = static_cast<unsigned>(threads_.size())] { run(number); }));
  } catch (const Error&) {
    if (threads_.empty()) throw;
  }
}

bool TaskPool::is_finished() {
  const std::lock_guard lock(mutex_);
  if (error_) std::rethrow_exception(error_);
  changed_.clear();
  return waiting_.empty() && running_ == 0;
}

void TaskPool::run(unsigned thread) {
  const Interrupt stop = stop_.interrupt();
  while (const Task task = next_task()) {
    std::exception_ptr error;
    try {
      task(thread, stop);
    } catch (...) {
      error = std::current_exception();
    }
    end_task(std::move(error));
  }
}

TaskPool::Task TaskPool::next_task() {
  std::unique_lock lock(mutex_);
  has_work_.wait(lock, [this] { return stop_.is_set() || !waiting_.empty(); });
  if (stop_.is_set()) return {};
  Task task = std::move(waiting_.front());
  waiting_.pop_front();
  ++running_;
  changed_.set();
  return task;
}

void TaskPool::end_task(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  --running_;
  // A later one may just be that of a task which was stopped.
  if (error && !error_) {
    error_ = std::move(error);
    stop_.set();
    has_work_.notify_all();
  }
  changed_.set();
}

}  // namespace sm_train
