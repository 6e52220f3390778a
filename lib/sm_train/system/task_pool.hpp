#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "sm_train/system/event.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Runs tasks at the same time, in as many threads as there are tasks for, up to a number. The first task
/// that throws ends them all.
class TaskPool {
 public:
  /// `thread` is that of the pool's threads in which it runs, counted from 0: what it keeps for itself stands
  /// there. `stop` throws when the pool ends early.
  using Task = std::function<void(unsigned thread, const Interrupt& stop)>;

  /// `interrupt` is that of the thread which posts, for its waits.
  explicit TaskPool(unsigned max_threads, Interrupt interrupt = {});
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;
  TaskPool(TaskPool&&) = delete;
  TaskPool& operator=(TaskPool&&) = delete;
  /// What has not begun is dropped, what runs is stopped and waited for.
  ~TaskPool();

  /// Waits while as many tasks as threads wait already. Throws what a task threw.
  void post(Task task);

  /// Returns when all tasks are done. Throws what a task threw.
  void finish();

 private:
  bool try_post(Task& task);
  void add_thread();
  bool is_finished();
  void run(unsigned thread);
  Task next_task();
  void end_task(std::exception_ptr error);

  unsigned max_threads_;
  Interrupt interrupt_;
  StopFlag stop_;
  Event changed_;  // for the thread that posts

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<Task> waiting_;
  unsigned running_ = 0;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace sm_train
