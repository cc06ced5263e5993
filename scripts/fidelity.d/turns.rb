# Who has the lock when, and how late a sleeper is: turns.rb turns|late THREADS SECONDS
#
# turns: each thread reads the clock every few microseconds of computing and prints the stretches
# between pauses of more than 0.2 ms.  late: beside THREADS computing ones the main thread sleeps
# 1 ms at a time and prints by how much each sleep was longer.
mode, count, seconds = ARGV[0], ARGV[1].to_i, ARGV[2].to_f
GAP = 200_000
now = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) }
finish = now.() + (seconds * 1e9).to_i

compute = lambda do
  stretches = []
  first = last = now.()
  while last < finish
    i = 0
    i += 1 while i < 200
    time = now.()
    if time - last > GAP
      stretches << [first, last]
      first = time
    end
    last = time
  end
  stretches << [first, last]
end

begun = 0
threads = (0...count).map { |n| Thread.new { begun += 1; [n, compute.()] } }
if mode == "late"
  sleep 0.001 until begun == count
  sleeps = []
  while now.() < finish
    before = now.()
    sleep 0.001
    sleeps << now.() - before - 1_000_000
  end
  puts(sleeps.map { |late| "late #{late}" })
end
threads.each do |thread|
  n, stretches = thread.value
  stretches.each { |first, last| puts "stretch #{n} #{first} #{last}" } if mode == "turns"
end
