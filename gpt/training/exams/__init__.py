"""What the model can do beyond foreseeing: exams with a share of right answers.

openings.py asks what a visitor types, cloze.py what knowledge taught, names.py whether a story
keeps its names; repetition.py and languages.py look at what the model writes by itself; report.py
puts all of it into one table, and stories.py prints stories for people to read.
"""
